import Foundation
import Prometheus
import Testing

@testable import Gatehouse
@testable import GatehouseCommand

@Suite("What is written about metrics")
struct MetricDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func contents(of file: String) throws -> String {
        try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }

    @Test("docs/metrics.md lists every metric with its kind, labels and meaning")
    func table() throws {
        let lines = try Self.contents(of: "docs/metrics.md").split(separator: "\n")
        let listed = lines.filter { $0.hasPrefix("| `gatehouse_") || $0.hasPrefix("| `process_") }
        let defined = MetricCatalogue.definitions(.upTo(1)).map { metric in
            let labels = metric.labels.map { $0 == TenantLabel.name ? "(`tenant`)" : "`\($0)`" }
            return "| `\(metric.name)` | \(metric.kind.word) | \(labels.joined(separator: ", ")) | \(metric.help) |"
        }
        for line in defined { #expect(listed.contains { $0 == line }, "missing: \(line)") }
        for line in listed { #expect(defined.contains(String(line)), "is not so: \(line)") }
    }

    @Test("docs/metrics.md says how many series a metric has at the most")
    func limits() throws {
        let page = try Self.contents(of: "docs/metrics.md")
        let start = try #require(page.firstRange(of: "- The number of series of every metric is bounded:")).upperBound
        let sentence = page[start...].prefix { $0 != "." }
        let written = Set(sentence.matches(of: #/\d+/#).compactMap { Int($0.output) })
        let definitions = MetricCatalogue.definitions(.off) + MetricCatalogue.definitions(.upTo(1))
        #expect(written == Set(definitions.map(\.seriesLimit)))
    }

    @Test(
        "Dashboard and alerts ask for metrics that exist",
        arguments: ["ops/prometheus/alerts.yml", "ops/prometheus/alerts-test.yml", "ops/grafana/gatehouse.json"])
    func names(file: String) throws {
        let text = try Self.contents(of: file)
        let asked = Set(text.matches(of: #/\b(?:gatehouse|process)_[a-z_]+/#).map { String($0.output) })
        #expect(asked.count > 10)
        let known = MetricCatalogue.definitions().flatMap { metric in
            guard case .histogram = metric.kind else { return [metric.name] }
            return ["_bucket", "_sum", "_count"].map { metric.name + $0 }
        }
        #expect(asked.subtracting(known) == [])
    }

    @Test("Every alert says what to do and where that is described")
    func alerts() throws {
        let text = try Self.contents(of: "ops/prometheus/alerts.yml")
        let count = { (word: String) in text.components(separatedBy: word).count - 1 }
        #expect(count("- alert: ") > 15)
        for word in ["summary: ", "description: ", "runbook: docs/operations.md#", "severity: "] {
            #expect(count(word) == count("- alert: "), "\(word)")
        }
        let incidents = try #require(
            try Self.contents(of: "docs/operations.md").split(separator: "## Incidents\n").last)
        let anchors = Set(incidents.matches(of: #/^### (.+)$/#.anchorsMatchLineEndings()).map { Self.anchor(of: $0.1) })
        for alert in text.matches(of: #/runbook: docs/operations.md#(.+)/#) {
            #expect(anchors.contains(String(alert.1)), "no incident has the anchor \(alert.1)")
        }
    }

    /// Where a link leads that names a heading, as GitHub has it.
    private static func anchor(of heading: Substring) -> String {
        String(heading.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }).replacing(
            " ", with: "-")
    }

    @Test("docs/metrics.md names every outcome of a sign-in and of a refresh in its section")
    func outcomes() throws {
        let page = try Self.contents(of: "docs/metrics.md")
        let start = try #require(page.firstRange(of: "`outcome` of a sign-in is"))
        let middle = try #require(page.firstRange(of: "`outcome` of a refresh:"))
        let end = try #require(page.firstRange(of: "## Mail and webhooks"))
        let (signIns, refreshes) = (
            page[start.lowerBound..<middle.lowerBound], page[middle.lowerBound..<end.lowerBound]
        )
        for outcome in CountedLogIn.allCases { #expect(signIns.contains("`\(outcome.rawValue)`"), "\(outcome)") }
        for outcome in CountedRefresh.allCases { #expect(refreshes.contains("`\(outcome.rawValue)`"), "\(outcome)") }
    }

    @Test("docs/metrics.md names every outcome of a mail and of a webhook in their section")
    func deliveries() throws {
        let page = try Self.contents(of: "docs/metrics.md")
        let start = try #require(page.firstRange(of: "## Mail and webhooks"))
        let end = try #require(page.firstRange(of: "## Passwords"))
        let section = page[start.upperBound..<end.lowerBound]
        let outcomes = CountedMail.allCases.map(\.rawValue) + CountedWebhook.allCases.map(\.rawValue)
        for outcome in outcomes { #expect(section.contains(outcome), "\(outcome)") }
    }

    @Test(
        "The dashboard is JSON whose expressions Prometheus understands, in panels of ids of their own",
        .enabled(if: Promtool.path != nil))
    func dashboard() async throws {
        let file = Data(try Self.contents(of: "ops/grafana/gatehouse.json").utf8)
        let dashboard = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        let ids = panels.compactMap { $0["id"] as? Int }
        #expect(Set(ids).count == panels.count)
        let targets = panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }
        let expressions = targets.compactMap { $0["expr"] as? String }
        #expect(expressions.count > 30)
        // Of rules promtool reads the expressions; JSON is YAML too.
        let rules = expressions.enumerated().map { index, expression in
            ["record": "panel:\(index)", "expr": expression.replacing("$__rate_interval", with: "5m")]
        }
        let group: [String: Any] = ["groups": [["name": "dashboard", "rules": rules]]]
        let path = FileManager.default.temporaryDirectory.appending(path: "dashboard-\(UUID()).json")
        try JSONSerialization.data(withJSONObject: group, options: .withoutEscapingSlashes).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let complaints = try await Promtool.complaints("check", "rules", path.path)
        #expect(complaints == "")
    }
}

extension MetricDefinition.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
