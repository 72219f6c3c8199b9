import Gatehouse
import TestSupport
import Testing

/// That what descriptions are held to notices what it should.
@Suite struct JSONSchemaTests {
    private static let cases: [(schema: String, good: [JSON], bad: [JSON])] = [
        (#"{"type":"string"}"#, ["", "x"], [nil, 1, true, [], [:]]),
        (#"{"type":["integer","null"]}"#, [nil, 7], ["7", false]),
        (#"{"type":"boolean"}"#, [true], [0]),
        (#"{"const":"Bearer"}"#, ["Bearer"], ["bearer", nil]),
        (#"{"const":[]}"#, [[]], [["x"], nil]),
        (#"{"enum":["body","cookie"]}"#, ["body", "cookie"], ["both", nil]),
        (#"{"minLength":2,"maxLength":3}"#, ["ab", "äöü", 7], ["a", "abcd"]),
        (#"{"pattern":"^[a-z]+$"}"#, ["abc"], ["", "aBc", "abc\n"]),
        (#"{"pattern":"b"}"#, ["abc"], ["ac"]),
        (#"{"format":"uuid"}"#, ["0198f2c4-7d3e-7a10-9c55-3f0e6f1b2a77"], ["0198f2c4"]),
        (#"{"format":"date-time"}"#, ["2026-03-01T09:30:00.000000Z"], ["2026-03-01 09:30", "2026-03-01T09:30:00"]),
        (#"{"format":"uri"}"#, ["https://login.example/t/shop"], ["login.example"]),
        (#"{"minimum":1,"maximum":5}"#, [1, 5, "0"], [0, 6]),
        (
            #"{"items":{"type":"string"},"minItems":1,"maxItems":2}"#, [["a"], ["a", "b"]], [[], [1], ["a", "b", "c"]]
        ),
        (
            #"{"required":["a"],"properties":{"a":{"type":"string"},"b":{}},"additionalProperties":false}"#,
            [["a": "x"], ["a": "x", "b": 1]], [[:], ["a": 1], ["a": "x", "c": nil]]
        ),
        (#"{"allOf":[{"type":"string"},{"minLength":2}]}"#, ["ab"], ["a", 1]),
        (#"{"anyOf":[{"const":1},{"type":"integer"}]}"#, [1, 2], ["1"]),
        (#"{"oneOf":[{"const":1},{"type":"integer"}]}"#, [2], [1, "1"]),
        (##"{"$ref":"#/named/word"}"##, ["x"], [1]),
        (##"{"$ref":"#/named/nothing"}"##, [], ["x"]),
        (#"{"contentEncoding":"base64"}"#, [], ["x"]),
        (#"{"format":"ipv4"}"#, [], ["127.0.0.1"]),
        ("false", [], [nil, "x"]), ("true", [nil, "x"], []),
    ]

    @Test(arguments: cases.indices)
    func `A schema takes what conforms to it and nothing else`(index: Int) throws {
        let (text, good, bad) = Self.cases[index]
        let validator = JSONSchema(root: ["named": ["word": ["type": "string"]]])
        let schema = try JSON.parse(text)
        for value in good { #expect(validator.violations(of: value, by: schema).isEmpty, "\(text) \(value.text)") }
        for value in bad { #expect(!validator.violations(of: value, by: schema).isEmpty, "\(text) \(value.text)") }
    }
}
