/// What names a trace everywhere: 128 bits, not all of them zero (W3C Trace Context, section 3.2.2.3).
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    /// Nil when every bit is zero, which is no identifier.
    init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    static func random(using random: inout some RandomNumberGenerator) -> TraceID {
        while true {
            if let id = TraceID(high: random.next(), low: random.next()) { return id }
        }
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 32) { digits in
            high.writeHexadecimal(to: digits, at: 0)
            low.writeHexadecimal(to: digits, at: 16)
            return 32
        }
    }
}

/// What names a span within its trace: 64 bits, not all of them zero.
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
    let bits: UInt64

    /// Nil when every bit is zero, which is no identifier.
    init?(_ bits: UInt64) {
        guard bits != 0 else { return nil }
        self.bits = bits
    }

    static func random(using random: inout some RandomNumberGenerator) -> SpanID {
        while true {
            if let id = SpanID(random.next()) { return id }
        }
    }

    /// 16 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 16) { digits in
            bits.writeHexadecimal(to: digits, at: 0)
            return 16
        }
    }
}

extension UInt64 {
    /// 16 lower-case hexadecimal digits.
    fileprivate func writeHexadecimal(to digits: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: self >> UInt64(60 - 4 * index)) & 15
            digits[start + index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}
