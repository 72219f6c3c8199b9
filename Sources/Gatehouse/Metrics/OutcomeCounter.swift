import CoreMetrics

/// How something can end, each end by the name it is counted under.
protocol CountedOutcome: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The end that an error is; a fixed one for those that nobody foresaw.
    init(_ error: any Error)
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
