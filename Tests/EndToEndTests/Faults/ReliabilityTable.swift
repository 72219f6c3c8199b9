import Foundation

/// The table of docs/reliability.md, a row for each experiment, between two markers.
enum ReliabilityTable {
    private static let begin = "<!-- experiments: begin -->"
    private static let end = "<!-- experiments: end -->"

    private static let head = [
        "| experiment | acknowledged | refused | unknown | lost | forked | 401 | first s | all s | connections | per second | MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]

    private static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../../docs/reliability.md"
    ).standardized

    /// Puts a verdict in the place of the earlier one of the same experiment, or behind all others.
    static func enter(_ verdict: FaultVerdict) {
        guard let text = try? String(contentsOf: page, encoding: .utf8), let start = text.range(of: begin),
            let stop = text.range(of: end)
        else { return print("docs/reliability.md has no place for the table") }
        var rows = text[start.upperBound..<stop.lowerBound].split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| ") && !head.contains($0) && !$0.hasPrefix("| experiment ") }
        let row = row(of: verdict)
        if let index = rows.firstIndex(where: { $0.hasPrefix("| \(verdict.name) |") }) {
            rows[index] = row
        } else {
            rows.append(row)
        }
        let table = (head + rows).joined(separator: "\n")
        let updated = "\(text[..<start.upperBound])\n\(table)\n\(text[stop.lowerBound...])"
        try? updated.write(to: page, atomically: true, encoding: .utf8)
    }

    private static func row(of verdict: FaultVerdict) -> String {
        let (counts, peak) = (verdict.counts, verdict.peak)
        let cells =
            [
                verdict.name, "\(counts.acknowledged)", "\(counts.refused)", "\(counts.unknown)",
                "\(verdict.losses.count)", "\(verdict.forks)", "\(counts.denied.values.reduce(0, +))",
            ] + [verdict.recovery.first, verdict.recovery.all].map(seconds) + [
                "\(peak.connections)", "\(peak.attempts)", "\(peak.memory)",
            ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    private static func seconds(_ duration: Duration) -> String {
        let hundredths = Int(duration / .milliseconds(10))
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
