import Foundation
import TestSupport
import Testing

@testable import Mail

@Suite("What a mail server gets", .timeLimit(.minutes(2)), needsMailServer)
struct SMTPContentTests {
    private static let bodies = [
        "Hello\n", ".\n", "..\n.\n...\n.hidden\n\n.\n", "no line end", "", "\n\n\n", "Käthe 👩‍👩‍👧‍👦 \u{202E}x = y\t \n",
        "From me\n", "\r\n.\r\n\r.\r", String(repeating: ".", count: 5000), String(repeating: "long line ", count: 500),
        String(repeating: "ü", count: 2000) + "\n", ".\r\nMAIL FROM:<eve@evil.example>\r\n",
        String(repeating: ".\n", count: 40_000), "nul \u{0} bell \u{7} delete \u{7F}\n",
    ]

    @Test("dots, long lines and UTF-8 arrive as they were sent, byte for byte, and another reader reads the same")
    func intact() async throws {
        try await MailServer.run { server in
            let transport = try SMTPTransport.plain(server.port)
            for body in Self.bodies {
                let html = "<p>\(body)</p>"
                let message = try MailMessage.sample(subject: "Grüße an Käthe", text: body, html: html)
                try await transport.send(message)
                let mail = try await server.mail()
                #expect(mail.raw == Data(message.rendered()))
                #expect(mail.text?.withNewlines == normalised(body))
                #expect(mail.html?.withNewlines == normalised(html))
                #expect(mail.defects.isEmpty)
                #expect(mail.types == ["multipart/alternative", "text/plain", "text/html"])
            }
        }
    }

    @Test("another reader finds in the head what was put there, and nothing else")
    func head() async throws {
        try await MailServer.run { server in
            let transport = try SMTPTransport.plain(server.port)
            let senders = [
                "no-reply@shop.example", "Shop <no-reply@shop.example>",
                #""Shop, Inc. \"x\" \\" <no-reply@shop.example>"#,
                "Käthes Läden 👩‍👩‍👧‍👦 <no-reply@shop.example>", #""=?UTF-8?Q?x?=" <no-reply@shop.example>"#,
                #""a <b@evil.example>,"  <no-reply@shop.example>"#,
            ]
            let subjects = [
                "Hello", "Grüße", "a  b", "=?UTF-8?Q?x?=", String(repeating: "word ", count: 60) + "end",
                String(repeating: "Grüße 👩‍👩‍👧‍👦 ", count: 20) + "end", String(repeating: "x", count: 300),
                "Bcc: eve@evil.example",
            ]
            for (index, subject) in subjects.enumerated() {
                let sender = try Mailbox(senders[index % senders.count])
                let message = try MailMessage.sample(
                    from: sender.description, subject: subject, id: "0193a5c8.\(index)@shop.example")
                try await transport.send(message)
                let mail = try await server.mail()
                #expect(mail.sender == "no-reply@shop.example")
                #expect(mail.recipients == ["ada@example.com"])
                #expect(mail.values("Subject") == [subject])
                #expect(try mail.values("From").map { try Mailbox($0) } == [sender])
                #expect(mail.values("To") == ["ada@example.com"])
                #expect(mail.values("Message-ID") == ["<0193a5c8.\(index)@shop.example>"])
                #expect(mail.values("Auto-Submitted") == ["auto-generated"])
                #expect(mail.values("Date") == ["Thu, 26 Nov 2026 10:42:09 +0000"])
                let names = [
                    "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                ]
                #expect(mail.fields.map { $0[0] } == names)
                #expect(mail.defects.isEmpty)
            }
        }
    }

    @Test("a recipient with every character that an address may have arrives as that recipient")
    func oddRecipient() async throws {
        try await MailServer.run { server in
            let address = "!#$%&'*+-/=?^_`{|}~.ada@example.com"
            try await SMTPTransport.plain(server.port).send(.sample(to: address))
            #expect(try await server.mail().recipients == [address])
        }
    }

    private func normalised(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }
}
