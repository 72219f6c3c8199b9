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
