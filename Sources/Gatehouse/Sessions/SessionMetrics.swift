public import CoreMetrics

/// How sign-ins and refreshes ended. No label names a user; the tenant is named only where that was asked for.
public struct SessionMetrics: Sendable {
    let logIns: OutcomeCounter<CountedLogIn>
    let refreshes: OutcomeCounter<CountedRefresh>

    public init(tenants: TenantLabel = .off, factory: any MetricsFactory = MetricsSystem.factory) {
        logIns = OutcomeCounter("gatehouse_login_total", tenants: tenants, factory: factory)
        refreshes = OutcomeCounter("gatehouse_refresh_total", tenants: tenants, factory: factory)
    }
}

/// How a sign-in ended: `succeeded`, or the code of its refusal.
enum CountedLogIn: String, CountedOutcome {
    case succeeded
    case invalidCredentials = "invalid_credentials"
    case emailNotVerified = "email_not_verified"
    case invalidToken = "invalid_token"
    case tooManyAttempts = "too_many_attempts"
    case tenantNotFound = "tenant_not_found"
    case overloaded
    case databaseUnavailable = "database_unavailable"
    case keysUnavailable = "keys_unavailable"
    case cancelled
    case `internal`
}

/// How the presentation of a refresh token ended: a kind of success, or the code of its refusal.
enum CountedRefresh: String, CountedOutcome {
    /// The session moved to its next generation.
    case rotated
    /// The successor was answered again, within the grace.
    case repeated
    /// The successor was answered again after the grace, as it has not been used.
    case repeatedAfterGrace = "repeated_after_grace"
    case reuseDetected = "refresh_token_reused"
    /// A generation that was never issued, answered as `invalid_token`.
    case unknownGeneration = "unknown_generation"
    case sessionEnded = "session_ended"
    case expired = "token_expired"
    case invalid = "invalid_token"
    case tenantNotFound = "tenant_not_found"
    case overloaded
    case databaseUnavailable = "database_unavailable"
    case keysUnavailable = "keys_unavailable"
    case cancelled
    case `internal`
}
