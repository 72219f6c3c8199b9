public import CoreMetrics

/// What became of webhooks.
public struct WebhookMetrics: Sendable {
    private let outcomes: OutcomeCounter<CountedWebhook>

    public init(tenants: TenantLabel = .off, factory: any MetricsFactory = MetricsSystem.factory) {
        outcomes = OutcomeCounter("gatehouse_webhook_total", tenants: tenants, factory: factory)
    }

    func count(_ outcome: CountedWebhook, in tenant: Tenant) {
        outcomes.count(outcome, in: tenant)
    }
}

/// How an attempt to call a webhook ended.
enum CountedWebhook: String, CountedOutcome {
    case delivered
    /// Another attempt follows.
    case failed
    /// It is a dead letter.
    case gaveUp = "gave_up"
    case cancelled
    case `internal`
}
