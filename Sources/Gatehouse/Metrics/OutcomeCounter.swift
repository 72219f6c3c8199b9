import CoreMetrics
import Postgres

/// How something can end, each end by the name it is counted under.
protocol CountedOutcome: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// Nobody waits for the answer any more.
    static var cancelled: Self { get }
    /// What nobody foresaw.
    static var `internal`: Self { get }
}

extension CountedOutcome {
    /// The end that an error is: the code of its refusal, where that is counted by itself.
    init(_ error: any Error) {
        self = error.isCancellation ? .cancelled : Self(rawValue: Refusal.code(of: error)) ?? .internal
    }
}

extension Error {
    fileprivate var isCancellation: Bool {
        if case .cancelled = self as? PostgresError { return true }
        return self is CancellationError
    }
}

/// Counts how often something ended in each of a fixed number of ways.
struct OutcomeCounter<Outcome: CountedOutcome>: Sendable {
    private let counters: PerTenant<[Outcome: Counter]>

    init(_ label: String, tenants: TenantLabel, factory: any MetricsFactory) {
        counters = PerTenant(tenants) { labels in
            let counters = Outcome.allCases.map { outcome in
                let dimensions = labels + [("outcome", outcome.rawValue)]
                return (outcome, Counter(label: label, dimensions: dimensions, factory: factory))
            }
            return Dictionary(uniqueKeysWithValues: counters)
        }
    }

    func count(_ outcome: Outcome, in tenant: Tenant) {
        counters[tenant.slug][outcome]?.increment()
    }
}
