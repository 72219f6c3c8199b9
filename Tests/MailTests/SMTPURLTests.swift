import Testing

@testable import Mail

@Suite("Settings of the mail server")
struct SMTPURLTests {
    @Test(
        "a URL says which server, port, user and kind of TLS",
        arguments: [
            ("smtp://mail.example.com", "smtp://mail.example.com:587", nil, .startTLS),
            ("SMTP://Mail.Example.com/", "smtp://mail.example.com:587", nil, .startTLS),
            ("smtps://mail.example.com", "smtps://mail.example.com:465", nil, .implicitTLS),
            ("smtp://apikey@mail.example.com:2525", "smtp://mail.example.com:2525", "apikey", .startTLS),
            (
                "smtps://ada%40shop.example@mail.example.com", "smtps://mail.example.com:465", "ada@shop.example",
                .implicitTLS
            ),
            ("smtp://192.0.2.1", "smtp://192.0.2.1:587", nil, .startTLS),
            ("smtp://[2001:db8::1]:25", "smtp://[2001:db8::1]:25", nil, .startTLS),
            ("smtp://localhost:1025", "smtp://localhost:1025", nil, .startTLSIfOffered),
            ("smtp://ada@[::1]:1025", "smtp://[::1]:1025", "ada", .startTLS),
            ("smtp://localhost:1025?starttls=off", "smtp://localhost:1025", nil, SMTPURL.Security.none),
            ("smtp://127.8.9.10?starttls=off", "smtp://127.8.9.10:587", nil, SMTPURL.Security.none),
            ("smtp://ada@[::1]:1025/?starttls=off", "smtp://[::1]:1025", "ada", SMTPURL.Security.none),
        ] as [(String, String, String?, SMTPURL.Security)])
    func read(text: String, written: String, user: String?, security: SMTPURL.Security) throws {
        let url = try SMTPURL(text)
        #expect(url.description == written)
        #expect(url.user == user)
        #expect(url.security == security)
    }

    @Test(
        "what is no mail server's URL is refused",
        arguments: [
            "", "mail.example.com", "http://mail.example.com", "smtp:", "smtp://", "smtp://mail.example.com/path",
            "smtp://mail.example.com#x", "smtp://mail.example.com:0", "smtp://mail.example.com:65536",
            "smtp://mail.example.com:x",
            "smtp://mail.example.com?starttls=on", "smtps://localhost?starttls=off",
            "smtp://localhost?starttls=off&x=y",
            "smtp://mäil.example.com", "smtp://mail example.com", "smtp://mail.example.com\r\nRCPT",
            "smtp://a%0Ab@mail.example.com",
            "smtp://a%FFb@mail.example.com", "smtp://a:@mail.example.com", "smtp://mail_1.example.com",
            "smtp://%6Dail.example.com/%0A",
            "smtp://mail.example.com?", "smtp://[fe80::1%25eth0]",
        ])
    func refused(text: String) {
        let fault = #expect(throws: MailValueFault.self) { try SMTPURL(text) }
        #expect(fault?.message.contains("mail server") == true)
    }

    @Test(
        "a password in the URL is refused, in words that don't repeat it",
        arguments: [
            "smtp://ada:hunter2@mail.example.com", "http://ada:hunter2@x/wrong",
            "smtps://ada@a:hunter2@mail.example.com",
        ])
    func password(text: String) throws {
        let fault = try #require(
            #expect(throws: MailValueFault.self) { try SMTPURL(text) })
        #expect(fault.message.contains("must not contain a password"))
        #expect(!fault.message.contains("hunter2"))
    }

    @Test("an @ in the user has to be encoded, which the message says")
    func unencodedAt() throws {
        let fault = try #require(
            #expect(throws: MailValueFault.self) { try SMTPURL("smtp://ada@shop.example@mail.example.com") })
        #expect(fault.message.contains("%40"))
    }

    @Test(
        "TLS can be left out on this machine alone",
        arguments: [
            "mail.example.com", "localhost.example.com", "128.0.0.1", "127.0.0.1.example.com", "[::2]", "0.0.0.0",
            "127.1",
        ])
    func noTLS(host: String) {
        let fault = #expect(throws: MailValueFault.self) { try SMTPURL("smtp://\(host)?starttls=off") }
        #expect(fault?.message.contains("loopback") == true)
    }

    @Test("a password is what its file holds without the line end, and prints as redacted")
    func passwordFile() throws {
        for text in ["hunter2", "hunter2\n", "hunter2\r\n"] {
            let password = try SMTPPassword(text)
            #expect(password.text == "hunter2")
            var dumped = ""
            dump(password, to: &dumped)
            for shown in ["\(password)", String(reflecting: password), String(describing: [password]), dumped] {
                #expect(!shown.contains("hunter2") && shown.contains("redacted"))
            }
        }
        for text in ["", "\n", "two\nlines", "nul\u{0}", "hunter2\n\n", String(repeating: "x", count: 1025)] {
            #expect(throws: MailValueFault.self) { try SMTPPassword(text) }
        }
    }

    @Test("user and password belong together, and a file of certificates has some")
    func together() throws {
        let (anonymous, named) = (try SMTPURL("smtp://mail.example.com"), try SMTPURL("smtp://ada@mail.example.com"))
        let password = try SMTPPassword("hunter2")
        #expect(throws: MailValueFault.self) { try SMTPTransport(anonymous, password: password) }
        #expect(throws: MailValueFault.self) { try SMTPTransport(named) }
        #expect(throws: MailValueFault.self) { try SMTPTransport(anonymous, caFile: "/nowhere") }
        #expect(throws: MailValueFault.self) { try SMTPTransport(anonymous, caFile: #filePath) }
        _ = try SMTPTransport(named, password: password)
    }
}
