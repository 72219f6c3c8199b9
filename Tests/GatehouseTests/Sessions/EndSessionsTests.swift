import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// The end of all sessions of a tenant, which may be millions.
@Suite(.installation, .timeLimit(.minutes(2))) struct EndSessionsTests {
    @Test("More than a page of sessions are ended in short transactions, counted, and recorded as one event")
    func pages() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        _ = try await installation.register(in: shop)
        let other = try await installation.register(in: blog)
        try await installation.addSessions(2499, in: shop)
        #expect(try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) == 2500)
        #expect(try await installation.liveSessions(in: shop) == 0)
        #expect(try await installation.isAlive(other, in: blog))
        let sizes = Statement<UUID, Int>(
            "select count(*) from refresh_tokens where tenant_id = $1 group by xmin order by 1 desc", bind: { $0 },
            row: { (count: Int) in count })
        #expect(
            try await installation.serviceDatabase.query(sizes, shop.tenant.id, in: shop.tenant.id) == [
                1000, 1000, 500,
            ])
        #expect(try await installation.endings() == [["revoked": 2500]])
        #expect(try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) == 0)
    }

    @Test(
        "Rows that somebody holds keep no other waiting and are ended when they are let go; what begins meanwhile stays"
    )
    func held() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let first = try await installation.register(in: tenant)
        try await installation.addSessions(2499, in: tenant)
        let holder = try await installation.holding("order by id limit 1200")
        let revoked = Task { try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) }
        try await installation.waitForLive(1200, in: tenant)
        let later = try await installation.logIn(in: tenant)
        #expect(try await installation.liveSessions(in: tenant) == 1201)
        try await holder.script("commit")
        #expect(try await revoked.value == 2500)
        #expect(try await !installation.isAlive(first, in: tenant))
        #expect(try await installation.isAlive(later, in: tenant))
        #expect(try await installation.liveSessions(in: tenant) == 1)
        await holder.close()
    }

    @Test(
        "Sessions that have expired are ended with the others and not counted, of a tenant and of a user",
        arguments: [nil, "ada@example.com"] as [String?])
    func expired(user: String?) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await installation.addSessions(4, in: tenant)
        try await installation.asSuperuser(
            """
            update refresh_tokens set created_at = now() - interval '31 d', rotated_at = now() - interval '31 d'
            where id <> '\(session.sessionID.lowercaseString)'
            """)
        let office = installation.administration
        #expect(try await office.listSessions(tenant: "shop", user: "ada@example.com").count == 1)
        // One is waited for.
        let holder = try await installation.holding("where rotated_at < now() - interval '30 d' limit 1")
        let revoked = Task { try await office.revokeAllSessions(tenant: "shop", user: user) }
        try await installation.waitForLocks(1)
        try await holder.script("commit")
        #expect(try await revoked.value == 1)
        #expect(try await installation.liveSessions(in: tenant) == 0)
        #expect(try await installation.endings() == [["revoked": 1]])
        await holder.close()
    }

    @Test("What somebody writes for long isn't waited for longer than is said")
    func patience() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let signingIn = try await installation.signingIn()
        let end = EndSessions(
            database: installation.administration.database, tenant: tenant.tenant.id, reason: .revokedByOperator,
            patience: .milliseconds(200))
        var ended = 0
        let start = ContinuousClock.now
        try await end(counting: &ended)
        let duration = ContinuousClock.now - start
        #expect(ended == 1)
        #expect(duration >= end.patience)
        #expect(duration < EndSessions.usualPatience)
        await signingIn.close()
    }

    @Test("Where a row isn't let go the rest stays ended, the failure says how to go on, and that ends what was left")
    func interrupted() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.addSessions(9, in: tenant)
        let holder = try await installation.holding("order by id limit 2")
        let office = installation.impatientAdministration()
        let failure = await #expect(throws: UnfinishedEnding.self) {
            try await office.revokeAllSessions(tenant: "shop", user: nil)
        }
        #expect(failure?.cause as? PostgresError == .timeout(.statement))
        #expect(
            failure?.advice.contains("8 have; for the rest run: gatehouse admin session revoke-all shop --yes") == true)
        #expect(try await installation.liveSessions(in: tenant) == 2)
        await holder.close()
        #expect(try await office.revokeAllSessions(tenant: "shop", user: nil) == 2)
        #expect(try await installation.endings() == [["revoked": 2], ["revoked": 8, "unfinished": true]])
    }

    @Test("Where rows aren't let go one is waited for, and all others are ended, also those that weren't committed")
    func unfinishedBesideSignIn() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        // A wait takes two seconds: one for each of these would take longer than the suite may.
        try await installation.addSessions(109, in: tenant)
        let holder = try await installation.holding("order by id limit 100")
        let signingIn = try await installation.signingIn()
        let office = installation.impatientAdministration()
        let revoked = Task { try await office.revokeAllSessions(tenant: "shop", user: nil) }
        try await installation.waitForLocks(1)
        try await installation.waitForLocks(0)
        try await signingIn.script("commit")
        let failure = await #expect(throws: UnfinishedEnding.self) { try await revoked.value }
        #expect(failure?.cause as? PostgresError == .timeout(.statement))
        #expect(try await installation.liveSessions(in: tenant) == 100)
        #expect(try await installation.endings() == [["revoked": 11, "unfinished": true]])
        await signingIn.close()
        await holder.close()
        #expect(try await office.revokeAllSessions(tenant: "shop", user: nil) == 100)
    }

    @Test("In an emergency the stolen keys verify nothing any more while the sessions are still being ended")
    func emergency() async throws {
        let installation = try await Installation.make()
        let before = try await installation.tenant()
        let session = try await installation.register(in: before)
        let holder = try await installation.holding("order by id")
        let rotating = Task {
            try await installation.administration.rotateKeys(tenant: "shop", use: .all, emergency: true, force: false)
        }
        let revoked = { try await installation.storedKeys().count { $0.state == .revoked } }
        while try await revoked() < 2 {
            try Task.checkCancellation()
            await Task.yield()
        }
        let after = try await installation.fresh("shop")
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.authenticate(session.accessToken, in: after)
        }
        await #expect(throws: Refusal.invalidToken) { try await installation.refresh(session.refreshToken, in: after) }
        #expect(try await installation.liveSessions(in: after) == 1, "which is waited for")
        let anew = try await installation.logIn(in: after)
        try await holder.script("commit")
        #expect(try await rotating.value.map(\.use) == [.access, .refresh])
        #expect(try await installation.isAlive(anew, in: after))
        #expect(try await installation.liveSessions(in: after) == 1)
        #expect(try await installation.endings() == [["revoked": 1]])
        await holder.close()
    }

    @Test("An emergency whose sessions can't all be ended has revoked the keys, and says so")
    func unfinishedEmergency() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let holder = try await installation.holding("order by id")
        let office = installation.impatientAdministration()
        let failure = await #expect(throws: UnfinishedEnding.self) {
            try await office.rotateKeys(tenant: "shop", use: .refresh, emergency: true, force: false)
        }
        #expect(failure?.advice.hasPrefix("The refresh keys are revoked, and verify nothing any more.") == true)
        let after = try await installation.fresh("shop")
        await #expect(throws: Refusal.invalidToken) { try await installation.refresh(session.refreshToken, in: after) }
        let events = try await office.listEvents(tenant: "shop", type: .keysRotated, age: nil, limit: 10)
        #expect(events.count == 1)
        await holder.close()
        #expect(try await office.revokeAllSessions(tenant: "shop", user: nil) == 1)
        #expect(try await installation.endings() == [["revoked": 1], ["revoked": 0, "unfinished": true]])
    }
}

extension Installation {
    /// An operator's whose statements wait for two seconds.
    fileprivate func impatientAdministration() -> Administration {
        administration(pool: Pool(PoolConfiguration(database.ownerURL, size: 2, statementDeadline: .seconds(2))))
    }
}
