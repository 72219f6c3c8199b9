/// The header field `traceparent` (W3C Trace Context, section 3.2).
enum TraceParent {
    /// `00-` trace `-` span `-` flags.
    private static let length = 55

    /// Reads the field of any version, strictly; nil means that a new trace begins. Of a later version than 00 what follows
    /// the four known parts is left aside, as section 3.2.4 asks.
    static func parse(_ field: String) -> TraceContext? {
        var reader = Reader(bytes: Array(field.utf8.prefix(length + 1)))
        guard let version = reader.number(digits: 2), version != 0xFF, reader.skipsHyphen(),
            let high = reader.number(digits: 16), let low = reader.number(digits: 16), reader.skipsHyphen(),
            let parent = reader.number(digits: 16), reader.skipsHyphen(), let flags = reader.number(digits: 2),
            reader.isAtEnd || (version > 0 && reader.skipsHyphen()),
            let traceID = TraceID(high: high, low: low), let spanID = SpanID(parent)
        else { return nil }
        return TraceContext(traceID: traceID, spanID: spanID, isSampled: flags & 1 == 1)
    }

    static func field(for context: TraceContext) -> String {
        "00-\(context.traceID)-\(context.spanID)-0\(context.isSampled ? 1 : 0)"
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        /// Lower-case digits only.
        mutating func number(digits count: Int) -> UInt64? {
            guard position + count <= bytes.count else { return nil }
            var number: UInt64 = 0
            for byte in bytes[position..<position + count] {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
                default: return nil
                }
            }
            position += count
            return number
        }

        mutating func skipsHyphen() -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "-") else { return false }
            position += 1
            return true
        }
    }
}

extension TraceContext {
    /// As the value of `traceparent`: how others name this span.
    public var traceParent: String { TraceParent.field(for: self) }
}
