/// The password of an account at a mail server. It prints as redacted.
public struct SMTPPassword: Sendable, Redacted {
    let text: String

    /// Takes the content of a file: one line end at its end is no part of the password.
    public init(_ text: String) throws(MailValueFault) {
        var text = text[...]
        if text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw MailValueFault("The file with the mail server's password is empty.") }
        guard text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw MailValueFault("The mail server's password must be one line of at most 1,024 bytes.")
        }
        self.text = String(text)
    }
}
