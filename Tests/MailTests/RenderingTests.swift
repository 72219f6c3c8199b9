import Foundation
import Testing

@testable import Mail

@Suite("Rendering of mails")
struct RenderingTests {
    @Test("a mail is rendered as RFC 5322 and MIME have it, the same each time")
    func whole() throws {
        let message = try MailMessage.sample(
            subject: "Grüße", text: "a=b\nKäthe \n.", html: "<a href=\"https://shop.example/?token=x\">here</a>")
        #expect(message.rendered() == message.rendered())
        let expected = """
            Date: Thu, 26 Nov 2026 10:42:09 +0000
            From: "Shop" <no-reply@shop.example>
            To: ada@example.com
            Subject: =?UTF-8?B?R3LDvMOfZQ==?=
            Message-ID: <0193a5c8-41d2@shop.example>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="=_0193a5c841d2shopexample"

            --=_0193a5c841d2shopexample
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            a=3Db
            K=C3=A4the=20
            .
            --=_0193a5c841d2shopexample
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <a href=3D"https://shop.example/?token=3Dx">here</a>
            --=_0193a5c841d2shopexample--

            """
        #expect(message.lines == expected.components(separatedBy: "\n"))
    }

    @Test(
        "whatever is in a mail, it is sent as short lines of ASCII that end with CR LF",
        arguments: [
            String(repeating: "word ", count: 99), String(repeating: "x", count: 500),
            String(repeating: "ü", count: 500),
            String(repeating: "👩‍👩‍👧‍👦", count: 70), "a  b", " a", "a ", "=?UTF-8?Q?a?=", String(repeating: "=", count: 200),
        ])
    func shortLines(value: String) throws {
        let name = String(String.UnicodeScalarView(value.unicodeScalars.prefix(100)))
        let mailbox = try Mailbox(name: name, address: MailAddress("no-reply@shop.example"))
        let body = value + "\r\n\n\r" + value + "\u{0}\u{7F}\t \n"
        let message = try MailMessage(
            from: mailbox, to: MailAddress("ada@example.com"), subject: value, text: body, html: body,
            messageID: MessageID("1@shop.example"), date: .now)
        for line in message.lines {
            #expect(line.utf8.count <= 78)
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 })
        }
        #expect(
            !message.lines.dropLast().contains { $0.hasSuffix(" ") && !$0.isEmpty },
            "what ends with a space may lose it")
    }

    @Test("a field is folded between its words, and an address of the greatest length has a line of its own")
    func folding() throws {
        let label = String(repeating: "d", count: 61)
        let address = String(repeating: "l", count: 64) + "@" + [label, label, label].joined(separator: ".") + ".org"
        #expect(address.utf8.count == 254)
        let message = try MailMessage.sample(
            from: "Shop <\(address)>", to: address, subject: String(repeating: "word ", count: 30) + "end", id: address)
        #expect(message.lines.contains(" <\(address)>"))
        #expect(message.lines.contains(" \(address)"))
        #expect(message.lines.allSatisfy { $0.utf8.count <= 998 })
        #expect(message.lines.contains { $0.hasPrefix("Subject: word word") && $0.hasSuffix(" word") })
    }

    @Test("an encoded word has 75 bytes at most and holds whole characters")
    func encodedWords() throws {
        let text = String(repeating: "aü€😀", count: 50)
        let words = Array(EncodedWords(text, firstLimit: 40, limit: 75))
        var decoded = ""
        for (index, word) in words.enumerated() {
            #expect(word.utf8.count <= (index == 0 ? 40 : 75))
            let base64 = word.dropFirst("=?UTF-8?B?".count).dropLast("?=".count)
            let bytes = try #require(Data(base64Encoded: String(base64)))
            decoded += try #require(String(data: bytes, encoding: .utf8))
        }
        #expect(decoded == text)
    }

    @Test("no body can hold the boundary")
    func boundary() throws {
        let boundary = "=_0193a5c841d2shopexample"
        let body = "x\n--\(boundary)\nContent-Type: text/html\n\n<script>\n--\(boundary)--\n"
        let lines = try MailMessage.sample(text: body, html: body).lines
        #expect(lines.filter { $0 == "--\(boundary)" }.count == 2)
        #expect(lines.filter { $0 == "--\(boundary)--" }.count == 1)
        #expect(lines.count { $0.contains(boundary) } == 4)
    }

    @Test(
        "a subject that would end its line, or has what nobody sees, is refused",
        arguments: [
            "", "Hi\r\nBcc: eve@evil.example", "Hi\nBcc: eve@evil.example", "Hi\rX: y", "Hi\u{0}", "Hi\u{B}",
            "Hi\u{7F}", "Hi\u{85}x",
            "Hi\u{2028}x", "\u{1B}[2J", String(repeating: "x", count: 501),
        ])
    func refusedSubjects(subject: String) {
        #expect(throws: MailValueFault.self) { try MailMessage.sample(subject: subject) }
    }
}
