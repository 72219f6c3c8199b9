import Foundation
import Mail

extension MailMessage {
    static func sample(
        from: String = "Shop <no-reply@shop.example>", to: String = "ada@example.com", subject: String = "Hello",
        text: String = "Hello\n", html: String = "<p>Hello</p>\n", id: String = "0193a5c8-41d2@shop.example"
    ) throws -> MailMessage {
        try MailMessage(
            from: Mailbox(from), to: MailAddress(to), subject: subject, text: text, html: html,
            messageID: MessageID(id),
            date: Date(timeIntervalSince1970: 1_795_689_729))
    }

    /// The lines as they are sent.
    var lines: [String] { String(decoding: rendered(), as: UTF8.self).components(separatedBy: "\r\n") }
}

extension String {
    /// Line ends as Swift's source has them.
    var withNewlines: String { replacing("\r\n", with: "\n") }
}
