import Postgres
import TestSupport

@testable import Gatehouse

/// A database in which many histories are run, side by side, each with a tenant of its own.
struct HistoryPlace: Sendable {
    let installation: Installation

    static func make() async throws -> HistoryPlace {
        HistoryPlace(installation: try await Installation.make())
    }

    /// Forgets every tenant: making another one takes longer, the more there are.
    func clear() async throws {
        try await installation.asSuperuser("truncate tenants cascade")
    }

    /// Gives its connections back to the server.
    func close() async {
        await installation.ownerPool.close()
        await installation.serviceDatabase.untenanted.close()
    }

    /// An instance that has just started: it knows of no tenant yet.
    func startInstance() -> LoginService { installation.onAnotherInstance().service }

    func makeTenant(for history: History) async throws -> Tenant {
        var change = TenantSettingsChange()
        change.reusePolicy = history.policy
        change.grace = .seconds(history.grace)
        change.refreshTTL = .seconds(History.refreshTTL)
        change.sessionMaxAge = .seconds(History.sessionMaxAge)
        change.algorithm = .hs256
        let slug = "h" + String(UInt64.random(in: .min ... .max), radix: 36)
        return try await installation.administration.createTenant(slug: slug, change: change)
    }

    /// Moves what the tenant's rows say of the past further into it: the database's clock decides, and it can't be moved.
    func moveClock(of tenant: Tenant, by seconds: Int) async throws {
        let statement = Statement<(Tenant, Int), Void>(
            """
            update refresh_tokens set rotated_at = rotated_at - make_interval(secs => $2),
                created_at = created_at - make_interval(secs => $2)
            where tenant_id = $1
            """, bind: { ($0.0.id, Double($0.1)) })
        try await installation.administration.database.execute(statement, (tenant, seconds), in: tenant.id)
    }

    /// How often each type of event about refresh tokens has been recorded for the tenant.
    func records(of tenant: Tenant) async throws -> [String: Int] {
        let statement = Statement<Tenant, (String, Int)>(
            """
            select type, count(*) from audit_events where tenant_id = $1 and type like 'refresh.%' group by type
            """, bind: { $0.id }, row: { (type: String, count: Int) in (type, count) })
        let rows = try await installation.administration.database.query(statement, tenant, in: tenant.id)
        return Dictionary(uniqueKeysWithValues: rows)
    }
}
