/// Lower-case hexadecimal digits.
enum Hexadecimal {
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 0x0F))
    }

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes { append(byte, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything but pairs of digits, in either case.
    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.lowercased().utf8.map(value(ofLowercase:))
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func value(ofLowercase digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Of a value below 16, without a branch: which way it went would be guessed wrong for every other digit.
    static func digit(_ nibble: UInt8) -> UInt8 {
        let beyondDecimal: UInt8 = nibble > 9 ? UInt8(ascii: "a") - UInt8(ascii: "9") - 1 : 0
        return UInt8(ascii: "0") &+ nibble &+ beyondDecimal
    }
}
