/// The two sides of `local@domain`, as an address and a message id have them: a dot-atom of at most 64 bytes, and a host name of
/// two labels or more.
struct AddressParts {
    let local: Substring
    let domain: Substring

    init?(_ text: String) {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        local = text[..<at]
        domain = text[text.utf8.index(after: at)...]
        guard Self.isDotAtom(local), Self.isHostName(domain) else { return nil }
    }

    private static func isDotAtom(_ local: Substring) -> Bool {
        guard (1...64).contains(local.utf8.count) else { return false }
        return local.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isAtomText) }
    }

    /// The last label is not all digits (RFC 1123, section 2.1), so that no IP address is taken for a name.
    private static func isHostName(_ domain: Substring) -> Bool {
        let labels = domain.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, domain.utf8.count <= 253, let last = labels.last else { return false }
        return labels.allSatisfy(isLabel) && !last.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// RFC 5322, section 3.2.3.
    var isAtomText: Bool { isASCIILetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(self) }
}
