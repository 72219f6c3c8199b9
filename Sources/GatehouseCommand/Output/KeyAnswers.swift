import FoundationEssentials
import Gatehouse

/// How signing keys are shown to people.

extension Answer {
    static func key(_ key: StoredKey) -> Answer {
        keys([key], json: key.json)
    }

    static func rotations(_ rotations: [KeyRotation]) -> Answer {
        keys(
            rotations.flatMap { [$0.current, $0.retired, $0.next].compactMap { $0 } },
            json: ["rotated": .array(rotations.map(\.json))])
    }

    /// Every key with its age, since when or from when on it signs, and when it will be gone.
    static func forecast(_ keys: [ForecastKey], at now: Date = Date()) -> Answer {
        list(
            keys, json: \.key.json, headings: ["use", "state", "algorithm", "kid", "age", "signs", "gone"],
            whenEmpty: "No keys.",
            row: {
                [
                    .init($0.key.use.rawValue), .state($0.key.state), .init($0.key.algorithm.rawValue),
                    .init($0.key.kid, .bold), .init(DurationText.age(since: $0.key.createdAt, at: now)),
                    .signing($0), $0.goneAt.map { .time($0) } ?? "–",
                ]
            })
    }

    private static func keys(_ keys: [StoredKey], json: JSON) -> Answer {
        let table = list(
            keys, json: \.json, headings: ["use", "state", "algorithm", "kid", "created", "verifies until"],
            whenEmpty: "No keys.",
            row: {
                [
                    .init($0.use.rawValue), .state($0.state), .init($0.algorithm.rawValue), .init($0.kid, .bold),
                    .time($0.createdAt), $0.verifyUntil.map { .time($0) } ?? "–",
                ]
            })
        return Answer(json: json, text: table.text)
    }
}

extension Table.Cell {
    fileprivate static func state(_ state: KeyState) -> Self {
        let style: Style =
            switch state {
            case .current: .good
            case .next: .plain
            case .retired: .warning
            case .revoked: .bad
            }
        return .init(state.rawValue, style)
    }

    fileprivate static func signing(_ forecast: ForecastKey) -> Self {
        switch forecast.signs {
        case .now: .init("since \(Self.time(forecast.key.activatedAt ?? forecast.key.createdAt).text)")
        case .from(let date): .init("from \(Self.time(date).text) by schedule")
        case .onRotation(let date): .init("on rotation, from \(Self.time(date).text)")
        case .never where forecast.key.activatedAt == nil: "–"
        case .never: forecast.key.retiredAt.map { .init("until \(Self.time($0).text)") } ?? "–"
        }
    }
}

extension DurationText {
    /// The largest whole unit since then: `3d`, `5m`, `12s`.
    fileprivate static func age(since date: Date, at now: Date) -> String {
        let seconds = max(0, Int64(now.timeIntervalSince(date)))
        let unit = [(86_400, "d"), (3600, "h"), (60, "m")].first { seconds >= $0.0 } ?? (1, "s")
        return "\(seconds / unit.0)\(unit.1)"
    }
}
