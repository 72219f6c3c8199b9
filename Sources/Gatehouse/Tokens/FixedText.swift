import FoundationEssentials

/// Reads bytes of which it is known in what order they come.
struct FixedText {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Whether exactly this comes next; then it is behind.
    mutating func skips(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        position += count
        return true
    }

    /// An id as `UUID.lowercaseString` writes it.
    mutating func id() -> UUID? {
        guard bytes.count - position >= UUID.textLength else { return nil }
        defer { position += UUID.textLength }
        return bytes.withUnsafeBufferPointer { bytes in
            UUID(lowercaseText: UnsafeBufferPointer(rebasing: bytes[position..<position + UUID.textLength]))
        }
    }

    /// A number as `DecimalDigits` writes it, that isn't negative and has at most fifteen digits.
    mutating func number() -> Int? {
        var (value, digits) = (0, 0)
        while position < bytes.count, digits < 15, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            value = value * 10 + Int(digit)
            position += 1
            digits += 1
        }
        let hasLeadingZero = digits > 1 && bytes[position - digits] == UInt8(ascii: "0")
        return digits > 0 && !hasLeadingZero ? value : nil
    }
}
