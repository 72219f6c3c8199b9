import Gatehouse

/// Durations as people write them: `90s`, `15m`, `12h`, `30d`.
enum DurationText {
    private static let units: [(letter: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    static func parse(_ text: String) throws(FieldFault) -> Duration {
        let digits = text.dropLast()
        guard let unit = units.first(where: { $0.letter == text.last }), !digits.isEmpty,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            throw .setting("is no duration; write a whole number with its unit, such as 90s, 15m, 12h or 30d")
        }
        guard let number = Int64(digits), number <= longest / unit.seconds else {
            throw .setting("is too long; at most 100 years are possible")
        }
        return .seconds(number * unit.seconds)
    }

    private static let longest: Int64 = 100 * 366 * 86_400

    /// The shortest way to write the whole seconds of a duration: `15m`, `36h`, `90s`.
    static func format(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let unit = units.first { seconds != 0 && seconds % $0.seconds == 0 } ?? ("s", 1)
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
