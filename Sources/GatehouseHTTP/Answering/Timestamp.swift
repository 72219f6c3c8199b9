import FoundationEssentials

/// A time as the contract writes it: RFC 3339 in UTC, always with six decimals, so that texts sort as times do.
enum Timestamp {
    static func text(_ date: Date) -> String {
        let microseconds = Int64((date.timeIntervalSinceReferenceDate * 1_000_000).rounded()) + referenceMicroseconds
        let (seconds, fraction) = floorDivide(microseconds, by: 1_000_000)
        let (days, second) = floorDivide(seconds, by: 86_400)
        let (year, month, day) = civil(daysSinceEpoch: days)
        return String(unsafeUninitializedCapacity: 27) { buffer in
            var writer = DigitWriter(buffer: buffer)
            writer.write(year, digits: 4, then: "-")
            writer.write(month, digits: 2, then: "-")
            writer.write(day, digits: 2, then: "T")
            writer.write(second / 3600, digits: 2, then: ":")
            writer.write(second / 60 % 60, digits: 2, then: ":")
            writer.write(second % 60, digits: 2, then: ".")
            writer.write(fraction, digits: 6, then: "Z")
            return writer.position
        }
    }

    /// 2001-01-01T00:00:00Z, counted from 1970.
    private static let referenceMicroseconds: Int64 = 978_307_200 * 1_000_000

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The Gregorian date, by the algorithm of Howard Hinnant's `civil_from_days`: eras of 400 years, years from March.
    private static func civil(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

private struct DigitWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var position = 0

    mutating func write(_ number: Int64, digits: Int, then separator: Unicode.Scalar) {
        var rest = number
        for index in stride(from: position + digits - 1, through: position, by: -1) {
            buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        position += digits
        buffer[position] = UInt8(ascii: separator)
        position += 1
    }
}
