/// Integers in decimal digits, straight into a buffer: `String` goes through a text that nobody keeps.
enum DecimalDigits {
    /// The digits of the largest magnitude there is, 2⁶⁴ − 1.
    private static var mostDigits: Int { 20 }

    /// Appends what `String(value)` says.
    static func append(_ value: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: mostDigits) { digits in
            var (rest, start) = (value.magnitude, mostDigits)
            repeat {
                start -= 1
                digits.initializeElement(at: start, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}
