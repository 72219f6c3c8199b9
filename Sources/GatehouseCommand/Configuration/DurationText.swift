import ArgumentParser
import Gatehouse

/// Durations as people write them: `90s`, `15m`, `12h`, `30d`.
enum DurationText {
    static func parse(_ text: String) throws(FieldFault) -> Duration {
        guard let duration = Duration(parsing: text) else {
            throw .setting("not a duration; write a whole number with its unit, such as 90s, 15m, 12h or 30d")
        }
        return duration
    }

    /// The same for an argument of the command line: anything else is wrong usage.
    @Sendable static func argument(_ text: String) throws -> Duration {
        do {
            return try parse(text)
        } catch {
            throw ValidationError("“\(text)” is \(error.message).")
        }
    }

    /// The shortest way to write the whole seconds of a duration: `15m`, `36h`, `90s`.
    static func format(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let unit = units.first { seconds != 0 && seconds % $0.seconds == 0 } ?? ("s", 1)
        return "\(seconds / unit.seconds)\(unit.letter)"
    }

    private static let units: [(letter: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
}
