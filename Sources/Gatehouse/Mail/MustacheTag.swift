/// What stands between two pairs of braces.
struct MustacheTag: Sendable {
    enum Kind: Sendable {
        case variable, section, inverted, end, comment
    }

    let kind: Kind
    /// Empty for a comment.
    let name: String
    /// From the first brace to the last.
    let range: Range<Int>

    /// Nil for what is neither a comment nor a name by itself or after `#`, `^` or `/`.
    init?(_ inside: String, range: Range<Int>) {
        let trimmed = inside.trimmingASCIISpace().utf8
        let kind: Kind? =
            switch trimmed.first {
            case UInt8(ascii: "#"): .section
            case UInt8(ascii: "^"): .inverted
            case UInt8(ascii: "/"): .end
            case UInt8(ascii: "!"): .comment
            default: nil
            }
        self.kind = kind ?? .variable
        self.range = range
        guard kind != .comment else {
            name = ""
            return
        }
        name = String(String(Substring(kind == nil ? trimmed : trimmed.dropFirst())).trimmingASCIISpace())
        guard !name.isEmpty,
            name.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else { return nil }
    }
}
