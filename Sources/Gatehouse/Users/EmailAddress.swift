/// An email address as Gatehouse accepts it: ASCII, a dot-atom local part (RFC 5322), a host name, at most 254 bytes.
///
/// An internationalised domain comes in its `xn--` form; look-alikes such as U+212A are refused, never folded. Two
/// addresses are the same when they are alike but for the case of ASCII letters; the database compares them so.
public struct EmailAddress: Sendable, Equatable {
    /// As first given, trimmed, the domain in lower case.
    public let text: String

    public init(_ text: String) throws(FieldFault) {
        let trimmed = text.trimmingASCIISpace()
        guard trimmed.utf8.count <= 254 else {
            throw FieldFault(code: "too_long", message: "An email address has at most 254 characters.")
        }
        guard let at = trimmed.utf8.lastIndex(of: UInt8(ascii: "@")) else { throw Self.malformed }
        let local = trimmed[..<at]
        let domain = trimmed[trimmed.utf8.index(after: at)...]
        guard Self.isDotAtom(local), Self.isHostName(domain) else { throw Self.malformed }
        self.text = "\(local)@\(domain.lowercased())"
    }

    private static let malformed = FieldFault(
        code: "invalid_format", message: "This must be an email address such as ada@example.com.")

    private static func isDotAtom(_ local: Substring) -> Bool {
        guard (1...64).contains(local.utf8.count) else { return false }
        return local.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomByte) }
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    /// Two labels or more, each of letters, digits and inner hyphens, the last not all digits (RFC 1123, section 2.1).
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
}

extension String {
    /// Without spaces, tabs and line ends at either end. Other white space is no part of an address and is refused there.
    func trimmingASCIISpace() -> Substring {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return self[first...last]
    }

    /// ASCII letters in lower case and nothing else changed: how addresses and user names are compared.
    var foldingASCIICase: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
