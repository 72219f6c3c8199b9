import FoundationEssentials
import MetricsTestKit
import Postgres
import Testing

@testable import Gatehouse

@Suite(.installation) struct SessionMetricsTests {
    /// An installation that counts here.
    private struct Counted {
        let metrics = TestMetrics()
        let installation: Installation

        init(_ tenants: TenantLabel = .off, limits: GuessLimits = .off) async throws {
            installation = try await Installation.make(
                limits: limits, metrics: SessionMetrics(tenants: tenants, factory: metrics))
        }

        /// The outcomes that were counted since the start, each as often.
        func counted(_ label: String) -> [String: Int64] {
            let counters = metrics.counters(label: label).filter { $0.totalValue > 0 }
            return Dictionary(
                uniqueKeysWithValues: counters.map { counter in
                    (counter.dimensions.map(\.1).joined(separator: " "), counter.totalValue)
                })
        }
    }

    @Test("Sign-ins are counted as succeeded, or by the code of their refusal")
    func logIns() async throws {
        let counted = try await Counted(limits: try GuessLimits(parsing: "account=2/15m,source=off"))
        let installation = counted.installation
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await installation.logIn(in: tenant)
        for _ in 0..<2 { _ = try? await installation.logIn(password: "wrong", in: tenant) }
        try await installation.delayNextAttempt()
        _ = try? await installation.logIn(password: "wrong", in: tenant)
        _ = try? await installation.logIn("nobody@example.com", in: tenant)
        #expect(
            counted.counted("gatehouse_login_total") == [
                "succeeded": 1, "invalid_credentials": 3, "too_many_attempts": 1,
            ])
    }

    @Test("Refreshes are counted by what became of the token")
    func refreshes() async throws {
        let counted = try await Counted()
        let installation = counted.installation
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let neverIssued = try tenant.forged(session.refreshToken) { $0.generation += 1 }
        _ = try? await installation.refresh(neverIssued, in: tenant)
        _ = try? await installation.refresh(session.accessToken, in: tenant)
        let successor = try await installation.refresh(session.refreshToken, in: tenant)
        for _ in 0..<2 { _ = try await installation.refresh(session.refreshToken, in: tenant) }
        try await installation.age(session, by: 61, in: tenant)
        for _ in 0..<2 { _ = try? await installation.refresh(session.refreshToken, in: tenant) }
        _ = try? await installation.refresh(successor.refreshToken, in: tenant)
        #expect(
            counted.counted("gatehouse_refresh_total") == [
                "unknown_generation": 1, "invalid_token": 1, "rotated": 1, "repeated": 2, "refresh_token_reused": 1,
                "session_ended": 2,
            ])
    }

    @Test("So are those after the grace where the tenant allows them, and those of sessions that have expired")
    func lateRefreshes() async throws {
        let counted = try await Counted()
        let installation = counted.installation
        let tenant = try await installation.tenant {
            $0.reusePolicy = .untilUsed
            $0.refreshTTL = .seconds(100)
        }
        let session = try await installation.register(in: tenant)
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        try await installation.age(session, by: 61, in: tenant)
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        try await installation.age(session, by: 61, in: tenant)
        _ = try? await installation.refresh(session.refreshToken, in: tenant)
        #expect(
            counted.counted("gatehouse_refresh_total") == ["rotated": 1, "repeated_after_grace": 1, "token_expired": 1])
    }

    @Test("Of tenants only as many are named as was asked for")
    func tenants() async throws {
        let counted = try await Counted(.upTo(1))
        for slug in ["shop", "blog", "news"] {
            let tenant = try await counted.installation.tenant(slug)
            _ = try? await counted.installation.logIn(in: tenant)
        }
        #expect(
            counted.counted("gatehouse_login_total") == [
                "shop invalid_credentials": 1, "other invalid_credentials": 2,
            ])
    }

    @Test("A database that is away is counted as that, and a caller that went away as its own doing")
    func errors() {
        #expect(CountedRefresh(Refusal.databaseUnavailable) == .databaseUnavailable)
        #expect(CountedRefresh(PostgresError.timeout(.waitingForConnection)) == .databaseUnavailable)
        #expect(CountedRefresh(PostgresError.cancelled) == .cancelled)
        #expect(CountedLogIn(CancellationError()) == .cancelled)
        #expect(CountedLogIn(Refusal.overloaded(retryAfter: 1)) == .overloaded)
        #expect(CountedLogIn(PostgresError.transactionInProgress) == .internal)
    }
}
