import Gatehouse
import Testing

@Suite struct JSONStringTests {
    @Test(
        "Escapes are resolved",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u00E9""#, "Aéé"), (#""\u20ac""#, "€"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD834\uDD1E""#, "𝄞"), (#""\uD800\uDC00""#, "\u{10000}"),
            (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\uFFFF\uFFFE\uFEFF""#, "\u{FFFF}\u{FFFE}\u{FEFF}"),
            (#""\u001f\u007F""#, "\u{1F}\u{7F}"), (#""a\\u0000""#, "a\\u0000"), (#""é\n😀""#, "é\n😀"),
            (#""\u005c\u0022""#, "\\\""),
        ])
    func escapes(text: String, expected: String) throws {
        let string = try #require(JSON.parse(text).stringValue)
        #expect(Array(string.utf8) == Array(expected.utf8))
    }

    @Test("Text is kept as written, not normalised")
    func normalisation() throws {
        let decomposed = try #require(JSON.parse("\"e\u{301}\"").stringValue)
        #expect(Array(decomposed.utf8) == [0x65, 0xCC, 0x81])
        #expect(try JSON.parse("\"e\u{301}\"") != JSON.parse("\"é\""))
    }

    @Test(
        "NUL and half surrogate pairs are forbidden, in strings and in names",
        arguments: [
            #""\u0000""#, #""a\u0000b""#, #"{"a\u0000":1}"#, #"{"a":[{"b":"\u0000"}]}"#, #""\ud800""#, #""\udc00""#,
            #""\uDFFFx""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\u0041""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
            #""\ud800\ud83d\ude00""#, #"{"\ud800":1}"#, #"{"\ud800":1,"\ud801":2}"#, #"["\ud800",1]"#,
        ])
    func forbidden(text: String) {
        #expect(throws: JSONFault.forbiddenCharacter) { try JSON.parse(text) }
    }

    @Test(
        "A fault of the grammar comes before a forbidden character, wherever it stands",
        arguments: [#"["\u0000""#, #"["\u0000"] x"#, #"["\ud800", NaN]"#, #"{"a\u0000":}"#, "[\"\\u0000\",\"\n\"]"])
    func malformedFirst(text: String) {
        #expect(throws: JSONFault.malformed) { try JSON.parse(text) }
    }

    @Test(
        "A member named twice is refused, escapes resolved",
        arguments: [
            (#"{"a":1,"a":1}"#, "a"), (#"{"a":1,"b":2,"\u0061":3}"#, "a"), (#"{"x":{"a":1,"a":2}}"#, "a"),
            (#"[{"":1,"":2}]"#, ""), (#"{"é":1,"\u00e9":2}"#, "é"), (#"{"\ud83d\ude00":1,"😀":2}"#, "😀"),
            (#"{"a":1,"a":"\u0000"}"#, "a"), (#"{"/":1,"\/":2}"#, "/"),
        ])
    func duplicates(text: String, name: String) {
        #expect(throws: JSONFault.duplicateMember(name)) { try JSON.parse(text) }
    }

    @Test("Two equal names with half a surrogate pair are duplicates, too")
    func duplicateForbiddenNames() {
        #expect {
            try JSON.parse(#"{"\ud800":1,"\ud800":2}"#)
        } throws: { fault in
            if case .duplicateMember? = fault as? JSONFault { true } else { false }
        }
    }

    @Test(
        "Names that merely look or compare alike are different members",
        arguments: [
            "{\"é\":1,\"e\u{301}\":2}", "{\"K\":1,\"\u{212A}\":2}", #"{"a":1,"A":2}"#, #"{"a":1,"a ":2}"#,
            #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":2}]"#,
        ])
    func distinct(text: String) throws {
        _ = try JSON.parse(text)
    }

    @Test(
        "A fault of the grammar comes before a duplicate",
        arguments: [#"{"a":1,"a":2"#, #"{"a":1,"a":2}x"#, #"{"a":1,"a":01}"#, #"[{"a":1,"a":2},]"#])
    func malformedBeforeDuplicate(text: String) {
        #expect(throws: JSONFault.malformed) { try JSON.parse(text) }
    }
}
