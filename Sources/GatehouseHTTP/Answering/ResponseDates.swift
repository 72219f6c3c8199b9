import FoundationEssentials
import Synchronization

/// The `Date` of responses (RFC 9110, section 5.6.7), written once a second.
final class ResponseDates: Sendable {
    private struct Written {
        var second: Int
        var text: String
    }

    private let written = Mutex(Written(second: .min, text: ""))

    /// As in `Sun, 06 Nov 1994 08:49:37 GMT`.
    func text(of now: Date = .now) -> String {
        let second = Int(now.timeIntervalSince1970)
        return written.withLock { written in
            if written.second != second { written = Written(second: second, text: now.inResponseHead) }
            return written.text
        }
    }
}

extension Date {
    fileprivate var inResponseHead: String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: self)
        guard let year = parts.year, let month = parts.month, let day = parts.day, let weekday = parts.weekday,
            let hour = parts.hour, let minute = parts.minute, let second = parts.second
        else { preconditionFailure("A Gregorian calendar has all of them.") }
        let time = [hour, minute, second].map(Self.twoDigits).joined(separator: ":")
        return "\(Self.weekdays[weekday - 1]), \(Self.twoDigits(day)) \(Self.months[month - 1]) \(year) \(time) GMT"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
