public import FoundationEssentials

/// Writes times as RFC 3339 in UTC with microseconds, the precision PostgreSQL keeps: `2026-03-01T09:30:00.000000Z`.
public enum RFC3339 {
    /// The text of a time; times outside the years 1 to 9999, which RFC 3339 can't write, become the nearest it can.
    public static func format(_ time: Date) -> String {
        let (seconds, fraction) = microsecondsSince1970(time).flooredDivision(by: 1_000_000)
        let (days, second) = seconds.flooredDivision(by: 86_400)
        let (year, month, day) = civilDate(daysSince1970: days)
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

    /// The same without the fraction, for sentences: `2026-03-01T09:30:00Z`.
    public static func formatToTheSecond(_ time: Date) -> String {
        format(time).prefix(19) + "Z"
    }

    private static func microsecondsSince1970(_ time: Date) -> Int {
        let first = -62_135_596_800_000_000
        let last = 253_402_300_799_999_999
        let exact = time.timeIntervalSinceReferenceDate * 1_000_000
        let epochs = 978_307_200_000_000
        guard let microseconds = Int(exactly: exact.rounded()) else { return exact > 0 ? last : first }
        let (sum, overflow) = microseconds.addingReportingOverflow(epochs)
        return overflow ? last : min(max(sum, first), last)
    }

    /// Howard Hinnant's `civil_from_days`: the proleptic Gregorian date, with March as the first month of its year.
    private static func civilDate(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

private struct DigitWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var position = 0

    mutating func write(_ number: Int, digits: Int, then separator: Unicode.Scalar) {
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

extension Int {
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let remainder = self % divisor
        return remainder < 0 ? (self / divisor - 1, remainder + divisor) : (self / divisor, remainder)
    }
}
