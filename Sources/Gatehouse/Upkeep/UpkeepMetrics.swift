public import CoreMetrics
import FoundationEssentials

/// Whether an instance does what it does beside requests.
public struct UpkeepMetrics: Sendable {
    public enum Work: String, Sendable {
        case keys
        case purge
        case mail
        case webhooks
    }

    private let lastSuccess: Meter
    private let failures: Counter

    public init(_ work: Work, factory: any MetricsFactory = MetricsSystem.factory) {
        let labels = [("work", work.rawValue)]
        lastSuccess = Meter(
            label: "gatehouse_upkeep_last_success_timestamp_seconds", dimensions: labels, factory: factory)
        failures = Counter(label: "gatehouse_upkeep_failures_total", dimensions: labels, factory: factory)
    }

    /// Somebody looked, and did what was due.
    func succeeded() { lastSuccess.set(Date().timeIntervalSince1970) }

    /// A look failed, or what one tenant needed.
    func failed() { failures.increment() }
}
