/// The character classes that header fields are made of (RFC 9110, section 5.6).
enum HTTPText {
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// Of `token68`, but for the equals signs at its end: a letter, a digit, or one of `-._~+/`. Tokens are long, so a bit is looked up
    /// instead of six ranges.
    static func isToken68Byte(_ byte: UInt8) -> Bool {
        let bits: UInt64 = byte < 64 ? 0x03FF_E800_0000_0000 : 0x47FF_FFFE_87FF_FFFE
        return byte < 128 && bits >> UInt64(byte & 63) & 1 == 1
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: isAlphanumeric(byte)
        }
    }
}

extension Substring {
    /// Without the spaces and tabs at both ends (OWS of RFC 9110).
    var trimmingSpaces: Substring {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = utf8.firstIndex(where: { !isSpace($0) }) else { return self[endIndex...] }
        var end = endIndex
        while isSpace(utf8[utf8.index(before: end)]) { end = utf8.index(before: end) }
        return self[first..<end]
    }
}

extension String {
    var trimmingSpaces: Substring { self[...].trimmingSpaces }
}

extension StringProtocol {
    /// Whether both are equal but for the case of ASCII letters. `name` is given in lower case.
    func equalsASCIICaseInsensitively(_ name: String) -> Bool {
        utf8.count == name.utf8.count
            && zip(utf8, name.utf8).allSatisfy { byte, expected in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 == expected : byte == expected
            }
    }
}
