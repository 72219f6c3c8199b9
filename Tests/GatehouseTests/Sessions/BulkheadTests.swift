import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// One tenant's trouble with the database is no other tenant's.
@Suite(.installation, .timeLimit(.minutes(2))) struct BulkheadTests {
    @Test("While somebody holds all sessions of a tenant, those of another tenant are answered as ever")
    func heldTenant() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        var sessions = [try await installation.register(in: shop)]
        for _ in 1..<24 { sessions.append(try await installation.logIn(in: shop)) }
        let other = try await installation.register(in: blog)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script(
            "begin; update refresh_tokens set address = address where tenant_id = '\(shop.tenant.id.lowercaseString)'")
        let refreshes = sessions.map { session in
            Task { try await installation.refresh(session.refreshToken, in: shop).sessionID }
        }
        // Six of the pool's eight connections wait for rows, and those who would have the other two for a share.
        let pool = installation.serviceDatabase.untenanted
        while pool.status.busy != 6 || pool.status.waiting != 18 {
            try Task.checkCancellation()
            await Task.yield()
        }
        var token = other.refreshToken
        for _ in 0..<5 {
            _ = try await installation.service.authenticate(other.accessToken, in: blog)
            token = try await installation.refresh(token, in: blog).refreshToken
            _ = try await installation.logIn(in: blog)
        }
        // What belongs to no tenant is asked as ever, too, and so is a tenant that isn't in memory yet.
        #expect(try await pool.query(TenantStatements.keysDue, 1).isEmpty)
        #expect(try await installation.fresh("blog").tenant.id == blog.tenant.id)
        #expect(pool.status.waiting == 18)
        try await holder.script("rollback")
        await holder.close()
        for (session, refresh) in zip(sessions, refreshes) { #expect(try await refresh.value == session.sessionID) }
    }
}
