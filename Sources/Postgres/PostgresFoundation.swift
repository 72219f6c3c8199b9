#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension UUID: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .uuid }

    public func encode(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> UUID {
        try bytes.expect(byteCount: 16)
        let high = bytes.bigEndian(at: 0, as: UInt64.self)
        let low = bytes.bigEndian(at: 8, as: UInt64.self)
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        return UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }
}

/// As `timestamptz`, to the microsecond.
extension Date: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .timestamptz }

    /// From 2000-01-01, PostgreSQL's epoch, to 2001-01-01, Foundation's.
    private static let secondsBetweenEpochs: Int64 = 366 * 86_400

    public func encode(into bytes: inout [UInt8]) throws(ValueFault) {
        let seconds = timeIntervalSinceReferenceDate
        // PostgreSQL's calendar ends in the year 294276.
        guard seconds.isFinite, abs(seconds) < 9.2e12 else {
            throw ValueFault("a date outside PostgreSQL's calendar")
        }
        bytes.appendBigEndian(Int64((seconds * 1e6).rounded()) + Self.secondsBetweenEpochs * 1_000_000)
    }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Date {
        try bytes.expect(byteCount: 8)
        let microseconds = bytes.bigEndian(as: Int64.self)
        guard microseconds != .max, microseconds != .min else { throw ValueFault("infinity") }
        return Date(timeIntervalSinceReferenceDate: Double(microseconds - secondsBetweenEpochs * 1_000_000) / 1e6)
    }
}
