import Testing

@testable import Gatehouse

@Suite("Password")
struct PasswordTests {
    private func bytes(_ text: String) throws -> [UInt8] {
        try Password(text).withBytes { $0 }
    }

    @Test("Composed and decomposed forms are the same password")
    func normalisation() throws {
        #expect(try bytes("cafe\u{301}") == Array("caf\u{E9}".utf8))
        #expect(try bytes("\u{212B}") == [0xC3, 0x85])
    }

    @Test("Compatibility forms, letter case and white space stay as given")
    func exactness() throws {
        #expect(try bytes(" \u{FB01} Ａ ") == Array(" \u{FB01} Ａ ".utf8))
        #expect(try bytes("\u{200B}\t") == Array("\u{200B}\t".utf8))
    }

    @Test("The length counts code points after normalisation")
    func length() throws {
        #expect(try Password("").length == 0)
        #expect(try Password("e\u{301}🇩🇪").length == 3)
    }

    @Test(
        "256 code points are accepted in whichever form they come",
        arguments: ["a", "\u{E9}", "e\u{301}", "😀", "\u{1D160}"])
    func longest(character: String) throws {
        #expect(throws: Never.self) { try Password(String(repeating: character, count: 256)) }
        #expect(throws: FieldFault.self) { try Password(String(repeating: character, count: 257)) }
    }

    @Test("Too long says so, NUL is an invalid format, and neither repeats the password")
    func faults() {
        let long = #expect(throws: FieldFault.self) { try Password(String(repeating: "x", count: 100_000)) }
        #expect(long?.code == "too_long")
        let nul = #expect(throws: FieldFault.self) { try Password("hidden\u{0}") }
        #expect(nul?.code == "invalid_format")
        #expect(nul?.message.contains("hidden") == false)
    }

    @Test("A password is redacted however it is printed")
    func redaction() throws {
        let password = try Password("swordfish")
        var dumped = ""
        dump(password, to: &dumped)
        for text in ["\(password)", String(reflecting: password), dumped] {
            #expect(!text.contains("swordfish"))
            #expect(text.contains("redacted"))
        }
        #expect(Mirror(reflecting: password).children.isEmpty)
    }
}
