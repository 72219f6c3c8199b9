import FoundationEssentials

/// Reads a time as RFC 3339 writes it, and as PostgreSQL prints a `timestamptz` in its default style: a space for the T, and a
/// zone that may be without its minutes.
enum Timestamp {
    static func parse(_ text: String) -> Date? {
        var reader = Reader(text)
        guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
            let day = reader.digits(2), reader.skip("Tt "),
            let hour = reader.digits(2), reader.skip(":"), let minute = reader.digits(2), reader.skip(":"),
            let second = reader.digits(2), let fraction = reader.fraction(), let zone = reader.zone(), reader.isAtEnd,
            (1...12).contains(month), day >= 1, day <= daysOfMonth(month, year),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone
        return Date(timeIntervalSince1970: Double(seconds) + fraction)
    }

    private static func daysOfMonth(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Howard Hinnant's `days_from_civil`, for years from 0 on.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year + 399 : year + 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let days = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear
        return days - 719_468 - 146_097
    }
}

extension Timestamp {
    private struct Reader {
        private var rest: Substring.UTF8View

        init(_ text: String) {
            rest = text[...].utf8
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func digits(_ count: Int) -> Int? {
            let digits = rest.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        /// Passes over one of these characters.
        mutating func skip(_ characters: StaticString) -> Bool {
            guard let next = rest.first, characters.withUTF8Buffer({ $0.contains(next) }) else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// What stands behind the point, of which the database keeps six digits; 0 without one.
        mutating func fraction() -> Double? {
            guard skip(".") else { return 0 }
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reversed().reduce(0) { ($0 + Double($1 - 0x30)) / 10 }
        }

        /// Seconds east of UTC.
        mutating func zone() -> Int? {
            if skip("Zz") { return 0 }
            let isEast = rest.first == UInt8(ascii: "+")
            guard skip("+-"), let hours = digits(2), hours < 24 else { return nil }
            let hasMinutes = skip(":") || !isAtEnd
            guard let minutes = hasMinutes ? digits(2) : 0, minutes < 60 else { return nil }
            return (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
        }
    }
}
