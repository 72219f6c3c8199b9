/// Text that stands for itself in a JSON string (RFC 8259, section 7): all but control characters, quotation marks and backslashes.
enum PlainText {
    /// How many bytes there are before the first that doesn't stand for itself. Eight are looked at together, as most texts consist of
    /// nothing else.
    static func length(atStartOf text: UnsafeBufferPointer<UInt8>) -> Int {
        let bytes = UnsafeRawBufferPointer(text)
        var length = 0
        while length + 8 <= bytes.count,
            isPlain(eight: bytes.loadUnaligned(fromByteOffset: length, as: UInt64.self))
        { length += 8 }
        while length < text.count, isPlain(text[length]) { length += 1 }
        return length
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Of a byte below a limit, and of no other that is plain, the highest bit is set once the limit is taken from it but was not
    /// before. What is borrowed from the next byte can only add to what has been found.
    private static func isPlain(eight bytes: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = (bytes &- ones &* 0x20) & ~bytes
        let (quote, backslash) = (
            bytes ^ ones &* UInt64(UInt8(ascii: "\"")), bytes ^ ones &* UInt64(UInt8(ascii: "\\"))
        )
        let found = control | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
        return found & ones << 7 == 0
    }
}
