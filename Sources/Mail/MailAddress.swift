/// An address that mail is sent to or from: ASCII, a dot-atom local part (RFC 5322, section 3.2.3), a host name, at most 254 bytes.
///
/// There is no room in it for a space, a quote, an angle bracket or a line end, so that none can get into a header or a command.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// As given, the domain in lower case.
    public let text: String

    public init(_ text: String) throws(MailValueFault) {
        guard text.utf8.count <= 254, let parts = AddressParts(text) else { throw Self.malformed }
        self.text = "\(parts.local)@\(parts.domain.lowercased())"
    }

    /// What follows the `@`.
    public var domain: String { String(text[text.index(after: text.lastIndex(of: "@") ?? text.startIndex)...]) }

    public var description: String { text }

    private static let malformed = MailValueFault("This must be an email address such as ada@example.com.")
}
