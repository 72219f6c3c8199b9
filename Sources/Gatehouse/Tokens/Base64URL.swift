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

    /// The values of the ASCII characters: 0x7F for one outside the alphabet. A literal, because a table that is made at the first use
    /// is asked for at every use whether it has been made.
    private static let values: StaticString = """
        \u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\
        \u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\
        \u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{3E}\u{7F}\u{7F}\
        \u{34}\u{35}\u{36}\u{37}\u{38}\u{39}\u{3A}\u{3B}\u{3C}\u{3D}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\
        \u{7F}\u{00}\u{01}\u{02}\u{03}\u{04}\u{05}\u{06}\u{07}\u{08}\u{09}\u{0A}\u{0B}\u{0C}\u{0D}\u{0E}\
        \u{0F}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}\u{7F}\u{7F}\u{7F}\u{7F}\u{3F}\
        \u{7F}\u{1A}\u{1B}\u{1C}\u{1D}\u{1E}\u{1F}\u{20}\u{21}\u{22}\u{23}\u{24}\u{25}\u{26}\u{27}\u{28}\
        \u{29}\u{2A}\u{2B}\u{2C}\u{2D}\u{2E}\u{2F}\u{30}\u{31}\u{32}\u{33}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}
        """

    /// The value of a character, 64 or more for one outside the alphabet. Nothing here depends on a branch, which would be guessed wrong
    /// for every other character of a token.
    private static func value(of character: UInt8) -> UInt8 {
        values.utf8Start[Int(character & 0x7F)] | character & 0x80
    }
}
