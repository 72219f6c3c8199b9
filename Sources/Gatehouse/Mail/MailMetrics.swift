public import CoreMetrics

/// What became of mails.
public struct MailMetrics: Sendable {
    private let outcomes: OutcomeCounter<CountedMail>

    public init(tenants: TenantLabel = .off, factory: any MetricsFactory = MetricsSystem.factory) {
        outcomes = OutcomeCounter("gatehouse_mail_total", tenants: tenants, factory: factory)
    }

    func count(_ outcome: CountedMail, in tenant: Tenant) {
        outcomes.count(outcome, in: tenant)
    }
}

/// How an attempt to send a mail ended.
enum CountedMail: String, CountedOutcome {
    case sent
    /// There was no reason to send it: nobody has that address, or the token in it has been used or replaced.
    case dropped
    /// Another attempt follows.
    case failed
    /// It is a dead letter.
    case gaveUp = "gave_up"
    case cancelled
    case `internal`
}
