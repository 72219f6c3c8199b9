import Gatehouse
import Testing

@Suite struct JSONReaderTests {
    static let values: [(String, JSON)] = [
        ("null", JSON.null), (" \t\r\n true \t\r\n ", true), ("false", false), ("\"\"", ""), ("[]", []),
        ("{}", [:]),
        ("[ ]", []), ("{ }", [:]), ("[[]   ]", [[]]), ("[null, 1, \"1\", {}]", [nil, 1, "1", [:]]),
        ("{\"a\":{\"b\":[true]}}", ["a": ["b": [true]]]), ("{\"\":0}", ["": 0]),
        ("{\"a\":1,\"A\":2}", ["a": 1, "A": 2]), ("\"\u{7F}\"", "\u{7F}"),
        ("\"\u{2028}\u{FEFF}\"", "\u{2028}\u{FEFF}"),
    ]

    @Test("Well-formed texts are read", arguments: values)
    func accepted(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        "Numbers keep the form in which they are written",
        arguments: [
            "0", "-0", "7", "-12", "9223372036854775807", "1.0", "0.10", "1e5", "1E+05", "2e-00", "123.456e78",
            "1e400", "-1e-400", "0e999999999999999999", "1E+99999999999999999999", "1e007", "-0.0",
            "123456789012345678901234567890", String(repeating: "9", count: 128),
            "1e" + String(repeating: "9", count: 126),
        ])
    func numbers(text: String) throws {
        guard case .number(let number) = try JSON.parse(text) else {
            Issue.record("no number")
            return
        }
        #expect(number.text == text)
        #expect(number.integer == Int(text))
    }

    @Test(
        "Texts outside the grammar are malformed",
        arguments: [
            "", " ", "nul", "nulll", "True", "truе", "NaN", "Infinity", "-Infinity", "undefined", "'a'", "a",
            "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1],", "[\"a\" \"b\"]", "[1,,2]",
            "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{,\"a\":1}", "{a:1}", "{'a':1}", "{1:1}",
            "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{\"a\":1}}", "{}{}", "{} x", "{[]:1}", "{null:1}",
            "01", "00", "-00", "00.1", "1e" + String(repeating: "9", count: 127), "-", "-01", "--1", "+1", "1.", ".1",
            "-.1", "1.e1", "1e", "1e+", "1e1.5", "0x1F", "1_000", "1a",
            "1 2",
            "1,000", "\u{FF11}", String(repeating: "9", count: 129),
            "\"", "\"a", "\"\\\"", "\"\\", "\"\\a\"", "\"\\'\"", "\"\\U0041\"", "\"\\u\"", "\"\\u12\"", "\"\\u123g\"",
            "\"\\u-123\"", "\"\\u 123\"", "\"\\ud800\\u12\"", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"",
            "\"\\\u{0}\"",
            "// x\n1", "/* x */1", "1 // x", "# x\n1", "\u{C}1", "1\u{B}", "\u{A0}1", "\u{2028}1", "\u{0}", "1\u{0}",
            "\u{FEFF}1", "\u{FEFF}",
        ])
    func malformed(text: String) {
        #expect(throws: JSONFault.malformed) { try JSON.parse(text) }
    }

    @Test(
        "Bytes that are not UTF-8 are malformed wherever they stand",
        arguments: [
            [0x22, 0x80, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22],
            [0x22, 0xC1, 0xBF, 0x22],
            [0x22, 0xE0, 0x80, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xED, 0xBF, 0xBF, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], [0xEF, 0xBB, 0xBF, 0x31],
            [0xFE, 0xFF, 0x00, 0x31], [0xFF, 0xFE, 0x31, 0x00], [0xFF, 0xFE, 0x00, 0x00, 0x31, 0x00, 0x00, 0x00],
            [0xEF, 0xBB, 0xBF], [0x7B, 0xEF, 0xBB, 0xBF, 0x7D], [0x31, 0x00], [0xFF], [0x5B, 0xFF, 0x5D],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        #expect(throws: JSONFault.malformed) { try JSON.parse(bytes) }
    }

    @Test("Arrays and objects nest to the limit and no deeper")
    func depth() throws {
        func nested(_ depth: Int, _ opening: String, _ closing: String) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }
        for (opening, closing) in [("[", "]"), ("{\"a\":", "}"), (" [ ", " ] ")] {
            _ = try JSON.parse(nested(JSON.maximumDepth, opening, closing))
            #expect(throws: JSONFault.malformed) {
                try JSON.parse(nested(JSON.maximumDepth + 1, opening, closing))
            }
        }
        _ = try JSON.parse("[[1]]", maximumDepth: 2)
        #expect(throws: JSONFault.malformed) { try JSON.parse("[[1]]", maximumDepth: 1) }
        #expect(throws: JSONFault.malformed) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test("Siblings don't count as nesting")
    func siblings() throws {
        let text = "[" + Array(repeating: "[{}]", count: 100).joined(separator: ",") + "]"
        #expect(try JSON.parse(text).arrayValue?.count == 100)
    }

    @Test("A repeated name is noticed after any number of members", arguments: 1...40)
    func anyPosition(count: Int) throws {
        let members = (0..<count).map { "\"\($0)\":0" }.joined(separator: ",")
        #expect(try JSON.parse("{\(members)}").objectValue?.names == (0..<count).map(String.init))
        for index in 0..<count {
            #expect(throws: JSONFault.duplicateMember("\(index)")) { try JSON.parse("{\(members),\"\(index)\":1}") }
        }
    }

    @Test("The time to read is linear to the length, however many members an object has", .timeLimit(.minutes(1)))
    func manyMembers() throws {
        let count = 100_000
        let members = (0..<count).map { "\"member\($0)\":\($0)" }.joined(separator: ",")
        #expect(try JSON.parse("{\(members)}").objectValue?.count == count)
        #expect(throws: JSONFault.duplicateMember("member0")) { try JSON.parse("{\(members),\"member0\":1}") }
    }
}

extension JSON {
    static func parse(_ text: String, maximumDepth: Int) throws -> JSON {
        try parse(Array(text.utf8), maximumDepth: maximumDepth)
    }
}
