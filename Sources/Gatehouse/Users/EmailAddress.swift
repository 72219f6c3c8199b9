import Mail

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
        guard let address = try? MailAddress(String(trimmed)) else { throw Self.malformed }
        self.text = address.text
    }

    private static let malformed = FieldFault(
        code: "invalid_format", message: "This must be an email address such as ada@example.com.")
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
