/// Base64 with the URL-safe alphabet and without padding (RFC 4648 section 5, RFC 7515 appendix C).
public enum Base64URL {
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        append(Array(bytes), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, if the text is the very one that `encode` makes of them: no padding, no foreign character, and no
    /// bits set beyond the last byte.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8)[...])
    }

    /// The same for a text in ASCII.
    public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var isCanonical = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { bytes, count in
            text.withUnsafeBufferPointer { text in isCanonical = decode(text, into: bytes, &count) }
        }
        return isCanonical ? bytes : nil
    }

    /// Four characters to three bytes at a time; whether all of them were of the alphabet is asked at the end.
    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) -> Bool {
        var foreign: UInt32 = 0
        func bits(at index: Int) -> UInt32 {
            let bits = UInt32(value(of: text[index]))
            foreign |= bits
            return bits
        }
        func append(_ byte: UInt32) {
            bytes[count] = UInt8(truncatingIfNeeded: byte)
            count += 1
        }
        var position = 0
        while position + 4 <= text.count {
            let group =
                bits(at: position) << 18 | bits(at: position + 1) << 12 | bits(at: position + 2) << 6
                | bits(at: position + 3)
            append(group >> 16)
            append(group >> 8)
            append(group)
            position += 4
        }
        var spare: UInt32 = 0
        if position + 2 <= text.count {
            var group = bits(at: position) << 6 | bits(at: position + 1)
            append(group >> 4)
            spare = group & 0xF
            if position + 3 == text.count {
                group = group << 6 | bits(at: position + 2)
                append(group >> 2)
                spare = group & 0x3
            }
        }
        return foreign < 64 && spare == 0
    }

    static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(0, count: (bytes.count * 4 + 2) / 3))
        text.withUnsafeMutableBufferPointer { encode(bytes, into: UnsafeMutableBufferPointer(rebasing: $0[start...])) }
    }

    /// Three bytes to four characters at a time.
    private static func encode(_ bytes: [UInt8], into text: UnsafeMutableBufferPointer<UInt8>) {
        var (index, position) = (0, 0)
        while index + 3 <= bytes.count {
            let bits = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            text[position] = character(of: bits >> 18)
            text[position + 1] = character(of: bits >> 12 & 0x3F)
            text[position + 2] = character(of: bits >> 6 & 0x3F)
            text[position + 3] = character(of: bits & 0x3F)
            index += 3
            position += 4
        }
        guard index < bytes.count else { return }
        let hasSecond = index + 1 < bytes.count
        let bits = UInt32(bytes[index]) << 16 | UInt32(hasSecond ? bytes[index + 1] : 0) << 8
        text[position] = character(of: bits >> 18)
        text[position + 1] = character(of: bits >> 12 & 0x3F)
        if hasSecond { text[position + 2] = character(of: bits >> 6 & 0x3F) }
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The character of a value below 64.
    private static func character(of value: UInt32) -> UInt8 {
        alphabet.utf8Start[Int(value)]
    }

    /// The value of a character, 255 for one outside the alphabet. Nothing here depends on a branch, which would be guessed wrong
    /// for every other character of a token.
    private static func value(of character: UInt8) -> UInt8 {
        var value: UInt8 = 255
        let (upper, lower, digit) = (
            character &- UInt8(ascii: "A"), character &- UInt8(ascii: "a"), character &- UInt8(ascii: "0")
        )
        value = upper < 26 ? upper : value
        value = lower < 26 ? lower &+ 26 : value
        value = digit < 10 ? digit &+ 52 : value
        value = character == UInt8(ascii: "-") ? 62 : value
        value = character == UInt8(ascii: "_") ? 63 : value
        return value
    }
}
