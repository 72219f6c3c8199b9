import HTTPTypes
import Randomness

/// The `X-Request-Id` of a request: the client's own when it is well formed, else a new one.
enum RequestID {
    static func chosen(for headers: HTTPFields) -> String {
        if let given = SingleField(.xRequestID, in: headers).value, isWellFormed(given) { return given }
        return new()
    }

    /// 1–64 characters of `[A-Za-z0-9._-]`.
    static func isWellFormed(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                HTTPText.isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    /// 128 random bits as 32 hexadecimal digits, which nobody takes for a word or an address.
    static func new() -> String {
        let random = StockedRandomness()
        let words = (random.next(), random.next())
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 32) { buffer in
            for index in 0..<16 {
                buffer[index] = digits.utf8Start[Int(words.0 >> (4 * UInt64(index)) & 15)]
                buffer[16 + index] = digits.utf8Start[Int(words.1 >> (4 * UInt64(index)) & 15)]
            }
            return 32
        }
    }
}
