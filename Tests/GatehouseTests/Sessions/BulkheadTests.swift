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
        // Why the tenant refuses something is asked on its account.
        let refusal = Task { try await installation.serviceDatabase.refusal(.sessionEnded, in: shop.tenant.id) }
        while pool.status.waiting != 19 {
            try Task.checkCancellation()
            await Task.yield()
        }
        try await holder.script("rollback")
        await holder.close()
        for (session, refresh) in zip(sessions, refreshes) { #expect(try await refresh.value == session.sessionID) }
        #expect(try await refusal.value == .sessionEnded)
    }

    @Test("While a crowd asks for tenants that there aren't, those of a tenant in memory are answered as ever")
    func unknownTenants() async throws {
        let installation = try await Installation.make()
        let shop = try await installation.tenant("shop")
        let session = try await installation.register(in: shop)
        try await Self.amidCrowd(installation) {
            var token = session.refreshToken
            for _ in 0..<5 {
                _ = try await installation.service.authenticate(session.accessToken, in: shop)
                token = try await installation.refresh(token, in: shop).refreshToken
            }
        }
    }

    @Test("While a crowd asks for tenants that there aren't, one that is known is read again as ever, until it is gone")
    func knownTenants() async throws {
        let installation = try await Installation.make()
        let directory = installation.service.directory
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let deaf = installation.onAnotherInstance().service.directory
        _ = try await deaf.tenant(slug: "blog")
        let listening = Task { await directory.run() }
        defer { listening.cancel() }
        try await Self.amidCrowd(installation) {
            // For a key that isn't known, then for a change that is heard of.
            _ = try await directory.reread(shop)
            var change = TenantSettingsChange()
            change.registrationOpen = !shop.tenant.settings.registrationOpen
            let settings = try await installation.administration.updateTenant("shop", change: change).settings
            try await wait { try await directory.tenant(slug: "shop").tenant.settings == settings }
            // Who is told that there is no such tenant any more counts it among those who never were.
            try await installation.administration.deleteTenant("blog")
            await #expect(throws: Refusal.tenantNotFound) { try await deaf.reread(blog) }
            await #expect(throws: Refusal.overloaded(retryAfter: 1)) { try await deaf.tenant(slug: "blog") }
        }
    }

    /// Runs `body` while made-up slugs hold all that look-ups may have of the connections and of the room for waiting.
    private static func amidCrowd(
        _ installation: Installation, _ body: @Sendable () async throws -> Void
    ) async throws {
        let directory = installation.service.directory
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("select pg_advisory_lock(1)")
        let held = (0..<6).map { _ in Task { try await installation.serviceDatabase.lookUp(Self.lock, ()) } }
        let pool = installation.serviceDatabase.untenanted
        while pool.status.busy != 6 {
            try Task.checkCancellation()
            await Task.yield()
        }
        try await withThrowingTaskGroup(of: Refusal?.self) { group in
            for number in 0..<600 { group.addTask { await Self.refusal(of: "q\(number)", by: directory) } }
            // Half of the room for waiting is theirs, and whoever is beyond that is the first to be answered.
            for _ in 0..<(600 - 512) {
                let surplus = try await group.next() ?? nil
                #expect(surplus == .overloaded(retryAfter: 1))
            }
            #expect(pool.status.waiting == 512)
            try await body()
            #expect(pool.status.waiting == 512)
            await holder.close()
            for try await refusal in group { #expect(refusal == .tenantNotFound) }
        }
        for look in held { _ = try await look.value }
    }

    private static func refusal(of slug: String, by directory: TenantDirectory) async -> Refusal? {
        do {
            _ = try await directory.tenant(slug: slug)
            return nil
        } catch {
            return error as? Refusal
        }
    }

    private static let lock = Statement<Void, String>(
        "select pg_advisory_xact_lock(1)::text", bind: { () }, row: { (text: String) in text })
}
