import HTTPTypes

/// The `X-Request-Id` of a request: the client's own when it is well formed, else a new one.
enum RequestID {
    static func chosen(for headers: HTTPFields) -> String {
        let given = headers[values: .xRequestID]
        if given.count == 1, isWellFormed(given[0]) { return given[0] }
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

    /// 26 characters of Crockford's base 32: 128 random bits and two zero bits.
    static func new() -> String {
        var random = SystemRandomNumberGenerator()
        var words = (random.next(), random.next())
        let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        return String(unsafeUninitializedCapacity: 26) { buffer in
            for index in 0..<26 {
                buffer[index] = digits.utf8Start[Int(words.0 & 31)]
                words.0 = words.0 >> 5 | words.1 << 59
                words.1 >>= 5
            }
            return 26
        }
    }
}
