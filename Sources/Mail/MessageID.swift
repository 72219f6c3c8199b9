/// The name of a mail in all the world, such as `0193a5c8@shop.example` (RFC 5322, section 3.6.4). Whoever queues a mail chooses it
/// and keeps it, so that a mail that is sent twice is seen to be one.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// Without angle brackets.
    public let text: String

    /// Takes what has the form of an email address, and nothing else.
    public init(_ text: String) throws(MailValueFault) {
        guard text.utf8.count <= 254, AddressParts(text) != nil else {
            throw MailValueFault("A message id must look like 0193a5c8@shop.example.")
        }
        self.text = text
    }

    public var description: String { text }
}
