import Testing

@testable import Webhooks

@Suite("A webhook's URL")
struct WebhookURLTests {
    @Test(
        "is read, with scheme and host in lower case",
        arguments: [
            ("https://hooks.example.com", "https://hooks.example.com", "hooks.example.com", true),
            (
                "HTTPS://Hooks.Example.COM/Path?Q=a%20b", "https://hooks.example.com/Path?Q=a%20b", "hooks.example.com",
                true
            ),
            ("http://a_b.example:8080//x?", "http://a_b.example:8080//x?", "a_b.example", false),
            ("https://xn--bcher-kva.example?x", "https://xn--bcher-kva.example?x", "xn--bcher-kva.example", true),
            ("http://[2606:4700::1111]:81/", "http://[2606:4700::1111]:81/", "2606:4700::1111", false),
            ("https://0x8.010.2056", "https://0x8.010.2056", "0x8.010.2056", true),
        ])
    func reading(text: String, canonical: String, host: String, isSecure: Bool) throws {
        let url = try WebhookURL(text)
        #expect(url.description == canonical && url.host == host && url.isSecure == isSecure)
        #expect(try WebhookURL(canonical) == url)
    }

    @Test(
        "is refused where it isn't plain, in a sentence that doesn't repeat it",
        arguments: [
            "", "hooks.example.com", "ftp://hooks.example.com", "http+unix://%2Ftmp%2Fsecret/x", "https://",
            "https:///secret", "https:secret.example.com", "https:/secret.example.com",
            "https://user@secret.example.com",
            "https://user:secret@hooks.example.com", "https://@secret.example.com", "https://secret.example.com/#a",
            "https://secret.example.com#", "https://secret.example.com:0", "https://secret.example.com:65536",
            "https://secret.example.com:", "https://secret.example.com:+1", "https://secret.example.com:8a",
            "https://secret.example.com.", "https://secret..example.com", "https://secret%2eexample.com",
            "https://secret.example.com\\@localhost", "https://sécret.example.com", "https://secret.example.com/a b",
            "https://secret.example.com/\r\nHost: x", "https://secret.example.com/\u{0}",
            "https://secret.example.com/é",
            "https://[::1", "https://[::1%25secret]", "https://[127.0.0.1]", "https://[::1]secret",
            "https://::1/secret",
            "https://" + String(repeating: "secret.", count: 40) + "example",
            "https://secret/" + String(repeating: "a", count: 486),
        ])
    func refusal(text: String) {
        let fault = #expect(throws: WebhookValueFault.self, "\(text)") { try WebhookURL(text) }
        #expect(fault?.message.contains("secret") == false)
    }

    @Test("may be 500 bytes long")
    func length() throws {
        #expect(try WebhookURL("https://hooks/" + String(repeating: "a", count: 486)).description.count == 500)
    }

    @Test(
        "tells by itself that it leads nowhere public",
        arguments: [
            ("localhost", true), ("a.localhost", true), ("metadata.google.internal", true), ("printer.local", true),
            ("intranet", true), ("127.0.0.1", true), ("127.1", true), ("2130706433", true), ("0x7f000001", true),
            ("0177.0.0.1", true), ("0", true), ("10.0.0.1", true), ("169.254.169.254", true), ("[::1]", true),
            ("[::ffff:10.0.0.1]", true), ("[fd00:ec2::254]", true), ("hooks.example.com", false), ("8.8.8.8", false),
            ("134744072", false), ("[2606:4700::1111]", false), ("local.example.com", false),
            ("mylocalhost.com", false),
        ])
    func privateTargets(host: String, isPrivate: Bool) throws {
        #expect(try WebhookURL("https://\(host)/").namesPrivateTarget == isPrivate)
    }
}
