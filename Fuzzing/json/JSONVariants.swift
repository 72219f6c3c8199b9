import Gatehouse

/// Texts made from one that was read, of which we know what has to become.
struct JSONVariants {
    private let value: JSON
    private let bytes: [UInt8]

    init(of value: JSON, in bytes: [UInt8]) {
        self.value = value
        self.bytes = bytes
    }

    /// Checks one of them, chosen by the bytes, so that the fuzzer remains quick.
    func check() {
        switch bytes.reduce(0, { $0 &* 31 &+ Int($1) }) & 3 {
        case 0: checkNesting()
        case 1: checkDuplicates()
        case 2: checkForbidden()
        default: checkSurroundings()
        }
    }

    private func checkNesting() {
        let room = JSON.maximumDepth - value.depth
        let fits = nested(room)
        expect((try? JSON.parse(fits)) != nil, "A value may be nested to the limit")
        expect("A value nested deeper is malformed", throws: JSONFault.malformed) { () throws(JSONFault) in
            try JSON.parse(nested(room + 1))
        }
    }

    private func nested(_ depth: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "["), count: depth) + bytes
            + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }

    /// Every member once more, its name written in escapes.
    private func checkDuplicates() {
        guard let object = value.objectValue else { return }
        for name in object.names.prefix(4) {
            let text = "{\"\(Self.escaped(name))\":null," + object.text.dropFirst()
            expect("A name that is there twice is refused", throws: .duplicateMember(name)) { () throws(JSONFault) in
                try JSON.parse(text)
            }
        }
    }

    private static func escaped(_ name: String) -> String {
        name.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    private func checkForbidden() {
        guard value.depth < JSON.maximumDepth else { return }
        for text in [#""\u0000""#, #""\ud800""#, #""\udfff\ud800""#, #""a\uDBFF\u0041""#, #"{"\u0000":1}"#]
        where value.depth + 2 <= JSON.maximumDepth || !text.contains("{") {
            let array = Array("[".utf8) + bytes + Array(",\(text)]".utf8)
            expect("A forbidden character is refused", throws: JSONFault.forbiddenCharacter) { () throws(JSONFault) in
                try JSON.parse(array)
            }
        }
    }

    private func checkSurroundings() {
        let ends: [[UInt8]] = [
            Array(",".utf8), Array("]".utf8), Array("}".utf8), Array("\"".utf8), Array(" x".utf8), Array("//".utf8),
            [0], [0xFF], [0xC2, 0xA0], [0xEF, 0xBB, 0xBF],
        ]
        let spaced = Array(" \t\r\n".utf8) + bytes + Array("\n\r\t ".utf8)
        expect((try? JSON.parse(spaced)) == value, "Whitespace around a value means nothing")
        for text in ends.flatMap({ [bytes + $0, $0 + bytes] }) + [withoutEnd].compactMap({ $0 }) {
            expect("What surrounds a value is malformed", throws: JSONFault.malformed) { () throws(JSONFault) in
                try JSON.parse(text)
            }
        }
    }

    /// A value that needs its last byte, without it.
    private var withoutEnd: [UInt8]? {
        if case .number = value { return nil }
        guard let last = bytes.lastIndex(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return nil }
        return Array(bytes[..<last])
    }
}
