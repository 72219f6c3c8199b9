import Gatehouse
import Testing

@Suite struct JSONWriterTests {
    static let values: [(JSON, String)] = [
        (JSON.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
        (.integer(.max), "9223372036854775807"),
        ("", #""""#), ("a/b é 😀 \u{7F}\u{2028}", "\"a/b é 😀 \u{7F}\u{2028}\""), ([], "[]"),
        ([1, [nil]], "[1,[null]]"),
        ([:], "{}"), (["b": 1, "a": ["c": "d"]], #"{"b":1,"a":{"c":"d"}}"#),
        ("\"\\\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}", #""\"\\\u0000\b\t\n\u000b\f\r\u001f""#),
        (["\n\"": 1], #"{"\n\"":1}"#),
    ]

    @Test("Values are written without whitespace and with no more escapes than needed", arguments: values)
    func written(value: JSON, text: String) {
        #expect(value.text == text)
        #expect(value.serialized() == Array(text.utf8))
    }

    @Test("Every byte is escaped if it must be, wherever in a text it stands", arguments: 1...20)
    func escapes(length: Int) throws {
        // Zero is escaped as well, but not read again.
        for byte in UInt8(1)...0x7F {
            for index in 0..<length {
                var text = [UInt8](repeating: UInt8(ascii: "!"), count: length)
                text[index] = byte
                let isEscaped = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                let written = JSON.string(String(decoding: text, as: UTF8.self)).serialized()
                #expect((written.count > length + 2) == isEscaped)
                #expect(try JSON.parse(written) == .string(String(decoding: text, as: UTF8.self)))
            }
        }
    }

    @Test("A number is written in the form in which it was read")
    func numbers() throws {
        let text = "[1.0,1e5,-0,1E400,0.10]"
        #expect(try JSON.parse(text).text == text)
    }

    @Test("Appending leaves what stands before")
    func appending() {
        var bytes = Array("x".utf8)
        (["a": 1] as JSONObject).append(to: &bytes)
        JSON.string("y").append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"x{"a":1}"y""#)
    }

    @Test(
        "A number is written as itself, whatever its sign and length",
        arguments: [0, 9, 10, -1, -10, 1_234_567_890, .max, .min])
    func integers(value: Int) {
        var line = JSONObjectWriter(capacity: 16)
        line.append("a", value)
        #expect(String(decoding: line.finished(), as: UTF8.self) == "{\"a\":\(value)}")
    }
}
