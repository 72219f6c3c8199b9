import Testing

@testable import Gatehouse

@Suite struct FieldTests {
    @Test(
        "An email is trimmed, kept as given, its domain in lower case",
        arguments: [
            ("  Ada@Example.COM ", "Ada@example.com"), ("a.b+c@xn--bcher-kva.example", "a.b+c@xn--bcher-kva.example"),
            ("o'neil@a.co", "o'neil@a.co"),
        ])
    func email(text: String, kept: String) throws {
        #expect(try EmailAddress(text).text == kept)
    }

    @Test(
        "What is no plain ASCII address is refused",
        arguments: [
            "", "plain", "a@", "@example.com", "a b@example.com", "a@b@example.com", "a@example", ".a@example.com",
            "a..b@example.com", "a.@example.com", "a@-x.com", "a@x-.com", "a@x..com", "a@1.2.3.4",
            "\u{212A}@example.com",
            "a@\u{FF45}xample.com", "a\u{200B}@example.com", "a@exam\u{AD}ple.com", "\"a b\"@example.com",
            "a@[127.0.0.1]",
            "a@example.com\nb", String(repeating: "a", count: 65) + "@example.com",
            "a@" + String(repeating: "a.", count: 126) + "com",
        ])
    func noEmail(text: String) {
        #expect(throws: FieldFault.self) { try EmailAddress(text) }
    }

    @Test(
        "A username is 1 to 64 of its alphabet",
        arguments: [
            ("a", true), ("Ada.L-1_", true), (String(repeating: "x", count: 64), true), ("", false),
            (String(repeating: "x", count: 65), false), ("with space", false), ("naïve", false), ("a\u{212A}", false),
        ])
    func username(text: String, valid: Bool) {
        #expect(((try? Username(text)) != nil) == valid)
    }

    @Test(
        "A name is trimmed and normalised",
        arguments: [
            (" Ada ", "Ada"), ("x" + String(repeating: " ", count: 5000), "x"), ("Zu\u{308}rich", "Z\u{FC}rich"),
            ("\u{3000}亜\u{3000}", "亜"),
        ])
    func name(text: String, kept: String) throws {
        #expect(try DisplayName(text).text.unicodeScalars.elementsEqual(kept.unicodeScalars))
    }

    @Test(
        "A name without anything to show, with control characters or too long is refused",
        arguments: [
            "", "  ", "a\nb", "a\u{7}b", "a\u{2028}b", String(repeating: "x", count: 201), "\0",
        ])
    func noName(text: String) {
        #expect(throws: FieldFault.self) { try DisplayName(text) }
    }

    @Test(
        "An origin has one spelling",
        arguments: [
            ("https://App.example:443", "https://app.example"), ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:80", "http://[::1]"),
        ])
    func origin(text: String, spelled: String) {
        #expect(WebOrigin(text)?.text == spelled)
    }

    @Test(
        "What browsers don't send as an origin is none",
        arguments: [
            "null", "*", "", "app.example", "https://", "https://app.example/", "https://app.example:0", "https://a b",
            "https://app.example:444444", "https://user@app.example", "ftp://app.example",
        ])
    func noOrigin(text: String) {
        #expect(WebOrigin(text) == nil)
    }
}
