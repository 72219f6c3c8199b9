public import struct FoundationEssentials.Date

/// One mail to one person, as text and as HTML.
public struct MailMessage: Sendable, Equatable {
    public let from: Mailbox
    public let to: MailAddress
    /// Printable, on one line.
    public let subject: String
    /// Whatever its lines end with, they are sent with CR LF.
    public let text: String
    public let html: String
    public let messageID: MessageID
    public let date: Date

    /// Refuses a subject that is no line of printable characters. Nothing else can be wrong: addresses and ids have been checked by
    /// their types, and what is in the bodies is encoded.
    public init(
        from: Mailbox, to: MailAddress, subject: String, text: String, html: String, messageID: MessageID, date: Date
    ) throws(MailValueFault) {
        guard (1...500).contains(subject.unicodeScalars.count) else {
            throw MailValueFault("A subject has 1 to 500 characters.")
        }
        guard subject.isPrintable else { throw MailValueFault("A subject can't contain control characters.") }
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.messageID = messageID
        self.date = date
    }
}
