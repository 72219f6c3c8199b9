/// A way for mails to leave.
public protocol MailTransport: Sendable {
    /// Returns when the mail has been taken for delivery. Cancelling the task ends it within a second or so with
    /// ``MailFault/cancelled``, and the mail may have been taken even so, as it may after ``MailFault/lost`` and ``MailFault/timeout``.
    func send(_ message: MailMessage) async throws(MailFault)
}
