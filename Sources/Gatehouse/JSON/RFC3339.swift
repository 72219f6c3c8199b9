public import FoundationEssentials

/// Writes times as RFC 3339 in UTC with microseconds, the precision PostgreSQL keeps: `2026-03-01T09:30:00.000000Z`.
public enum RFC3339 {
    /// The text of a time; times outside the years 1 to 9999, which RFC 3339 can't write, become the nearest it can.
    public static func format(_ time: Date) -> String {
        let microseconds = microsecondsSince1970(time)
        let (second, fraction) = microseconds.flooredDivision(by: 1_000_000)
        let (day, secondOfDay) = second.flooredDivision(by: 86_400)
        let (year, month, dayOfMonth) = civilDate(daysSince1970: day)
        return [
            padded(year, 4), "-", padded(month, 2), "-", padded(dayOfMonth, 2), "T",
            padded(secondOfDay / 3600, 2), ":", padded(secondOfDay / 60 % 60, 2), ":", padded(secondOfDay % 60, 2), ".",
            padded(fraction, 6), "Z",
        ].joined()
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

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int {
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let remainder = self % divisor
        return remainder < 0 ? (self / divisor - 1, remainder + divisor) : (self / divisor, remainder)
    }
}
