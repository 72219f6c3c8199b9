import Mail
import Testing

@Suite("Mailboxes")
struct MailboxTests {
    @Test(
        "a mailbox is read from an address, or a name and an address, and is written so that it is read again",
        arguments: [
            ("no-reply@shop.example", nil, "no-reply@shop.example"),
            ("<no-reply@Shop.example>", nil, "no-reply@shop.example"),
            ("Shop <no-reply@shop.example>", "Shop", "Shop <no-reply@shop.example>"),
            ("  Käthes  Laden <a@shop.example>", "Käthes  Laden", "Käthes  Laden <a@shop.example>"),
            (
                #""Shop, Inc. \"x\" \\" <a@shop.example>"#, #"Shop, Inc. "x" \"#,
                #""Shop, Inc. \"x\" \\" <a@shop.example>"#
            ),
            ("a@b.example <a@shop.example>", "a@b.example", #""a@b.example" <a@shop.example>"#),
        ] as [(String, String?, String)])
    func read(text: String, name: String?, written: String) throws {
        let mailbox = try Mailbox(text)
        #expect(mailbox.name == name)
        #expect(mailbox.description == written)
        #expect(try Mailbox(written) == mailbox)
    }

    @Test(
        "what is no mailbox is refused",
        arguments: [
            "", "Shop", "Shop <>", "Shop <a@shop>", "Shop <a@shop.example> ", #""Shop <a@shop.example>"#,
            #""Shop" x <a@shop.example>"#,
            "Shop\r\nBcc: eve@evil.example <a@shop.example>", "Shop\n<a@shop.example>", "Sh\u{0}op <a@shop.example>",
            "Shop\u{2028} <a@shop.example>", "Shop\u{85} <a@shop.example>", "Shop\t <a@shop.example>",
            String(repeating: "x", count: 101) + " <a@shop.example>",
        ])
    func refused(text: String) {
        #expect(throws: MailValueFault.self) { try Mailbox(text) }
    }

    @Test(
        "an address or message id with room for anything but an address is refused",
        arguments: [
            "ada", "@shop.example", "ada@", "ada@shop", "a da@shop.example",
            "ada@shop.example\r\nRCPT TO:<eve@evil.example>",
            "ada@shop.example\n", "\rada@shop.example", "ada\u{0}@shop.example", "<ada@shop.example>",
            "ada>@shop.example",
            "\"ada eve\"@shop.example", "ada@[127.0.0.1]", "ada@127.0.0.1", ".ada@shop.example", "ada..b@shop.example",
            "ädа@shop.example", "ada@shöp.example", "ada@shop.example,eve@evil.example", "ada@-shop.example",
            String(repeating: "a", count: 65) + "@shop.example",
        ])
    func refusedAddress(text: String) {
        #expect(throws: MailValueFault.self) { try MailAddress(text) }
        #expect(throws: MailValueFault.self) { try MessageID(text) }
    }
}
