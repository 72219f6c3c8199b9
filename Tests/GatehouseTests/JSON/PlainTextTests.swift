import Testing

@testable import Gatehouse

/// Eight bytes are looked at together: none may hide another, wherever the two stand among the eight.
@Suite struct PlainTextTests {
    /// What doesn't stand for itself, its neighbours, and what differs from either in the highest bit only.
    private static let bytes: [UInt8] = [
        0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0x9F, 0xA0, 0xA2, 0xDC, 0xFF,
    ]

    private func length(of text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { PlainText.length(atStartOf: $0) }
    }

    /// RFC 8259, section 7, byte by byte.
    private func expectedLength(of text: [UInt8]) -> Int {
        text.firstIndex { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C } ?? text.count
    }

    @Test("Two bytes are told apart at every distance within and across eight")
    func pairs() {
        var wrong: [[UInt8]] = []
        for start in 0..<16 {
            for distance in 0...8 {
                for first in Self.bytes {
                    for second in Self.bytes {
                        var text = [UInt8](repeating: 0x61, count: 25)
                        text[start] = first
                        text[start + distance] = second
                        if length(of: text) != expectedLength(of: text) { wrong.append(text) }
                    }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("Every byte is judged alike at every place of texts of every length", arguments: 1...17)
    func single(count: Int) {
        var wrong: [[UInt8]] = []
        for place in 0..<count {
            for byte in UInt8.min ... .max {
                var text = [UInt8](repeating: 0xA2, count: count)
                text[place] = byte
                if length(of: text) != expectedLength(of: text) { wrong.append(text) }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("A control character is refused at every place of a string, before and after an escape", arguments: 0...17)
    func controlCharacters(place: Int) {
        for control in UInt8.min..<0x20 {
            var text = [UInt8](repeating: 0x61, count: 18)
            text[place] = control
            for escape in ["", "\\n"] {
                #expect(throws: JSONFault.malformed) { try JSON.parse([0x22] + Array(escape.utf8) + text + [0x22]) }
            }
        }
    }

    @Test("A string without an end is refused, however long", arguments: 0...17)
    func unterminated(length: Int) {
        for beginning in ["", "\\n", "é"] {
            let text = "\"" + beginning + String(repeating: "a", count: length)
            #expect(throws: JSONFault.malformed) { try JSON.parse(text) }
            #expect(throws: JSONFault.malformed) { try JSON.parse(text + "\\") }
            #expect(throws: Never.self) { try JSON.parse(text + "\"") }
        }
    }
}
