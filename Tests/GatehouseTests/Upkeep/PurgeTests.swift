import FoundationEssentials
import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// What is over goes by itself, and nothing else does.
@Suite(.installation) struct PurgeTests {
    @Test("Sessions go a day after their end, whatever ended them; live ones and those of today stay")
    func sessions() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.refreshTTL = .seconds(10 * 86_400) }
        let (live, idle, justIdle) = (
            try await installation.register("a@example.com", in: tenant),
            try await installation.register("b@example.com", in: tenant),
            try await installation.register("c@example.com", in: tenant)
        )
        let (ended, justEnded) = (
            try await installation.register("d@example.com", in: tenant),
            try await installation.register("e@example.com", in: tenant)
        )
        try await installation.age(live, by: 9 * 86_400, in: tenant)
        try await installation.age(idle, by: 11 * 86_400 + 60, in: tenant)
        try await installation.age(justIdle, by: 10 * 86_400 + 60, in: tenant)
        for session in [ended, justEnded] {
            try await installation.service.logOut(
                .refreshToken(session.refreshToken), scope: .local, from: Installation.client, in: tenant)
        }
        try await installation.asSuperuser(
            """
            update refresh_tokens set ended_at = ended_at - interval '25 h'
            where id = '\(ended.sessionID.lowercaseString)'
            """)
        try await installation.purge()
        let left = Set(try await installation.ownerIDs("refresh_tokens"))
        #expect(left == [live.sessionID, justIdle.sessionID, justEnded.sessionID])
        #expect(try await installation.isAlive(live, in: tenant))
        await #expect(throws: Refusal.sessionEnded) { try await installation.refresh(ended.refreshToken, in: tenant) }
    }

    @Test("Events go when their tenant's retention is over; the service can't remove younger ones")
    func events() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (
            try await installation.tenant("shop") { $0.auditRetention = .seconds(30 * 86_400) },
            try await installation.tenant("blog")
        )
        for tenant in [shop, blog] { _ = try await installation.register(in: tenant) }
        // An event's id is of the time it was made at.
        try await installation.asSuperuser(
            """
            update audit_events set at = at - interval '31 d', id = ('00000000' || substr(id::text, 9))::uuid
            where type = 'user.registered'
            """)
        try await installation.purge()
        func types(_ slug: String) async throws -> [String] {
            try await installation.administration.listEvents(tenant: slug, type: nil, age: nil, limit: 10).map(\.type)
        }
        #expect(try await types("shop") == ["tenant.created"])
        #expect(try await Set(types("blog")) == ["user.registered", "tenant.created"])
    }

    @Test(
        "Whoever speaks for the service can't remove a session that lives, or an event that is kept, however old the tenant is"
    )
    func policies() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (live, ended) = (
            try await installation.register("a@example.com", in: tenant),
            try await installation.register("b@example.com", in: tenant)
        )
        try await installation.service.logOut(
            .refreshToken(ended.refreshToken), scope: .local, from: Installation.client, in: tenant)
        try await installation.asSuperuser("update tenants set created_at = created_at - interval '400 d'")
        let id = tenant.tenant.id
        for table in ["refresh_tokens", "audit_events"] {
            let delete = Statement<Void, Void>("delete from \(table)", bind: { () })
            let gone = try await installation.serviceDatabase.execute(delete, (), in: id)
            #expect(gone == (table == "refresh_tokens" ? 1 : 0))
        }
        #expect(try await installation.isAlive(live, in: tenant))
    }

    @Test("Counters go when their window has ended, and the number of failures gets into the trail")
    func counters() async throws {
        let installation = try await Installation.make(limits: .standard)
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for _ in 0..<3 { await installation.failToLogIn(in: tenant) }
        await installation.failToLogIn("nobody@example.com", in: tenant)
        try await installation.purge()
        #expect(try await installation.rowCount("guess_counters") == 2)
        #expect(try await installation.rowCount("failed_attempts") == 2)
        try await installation.endFailureWindows()
        try await installation.asSuperuser("update guess_counters set window_ends_at = now()")
        try await installation.purge()
        #expect(try await installation.rowCount("guess_counters") == 0)
        #expect(try await installation.rowCount("failed_attempts") == 0)
        let numbers = try await installation.events().compactMap { $0.detail["failures"] }
        // The one failure of nobody's has been recorded already.
        #expect(numbers == [.integer(3)])
    }

    @Test("A tenant larger than a batch is looked through a batch at a time, to the end")
    func batches() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let live = try await installation.register(in: tenant)
        let id = tenant.tenant.id.lowercaseString
        try await installation.asSuperuser(
            """
            insert into refresh_tokens (tenant_id, id, user_id, created_at, rotated_at)
            select '\(id)', gen_random_uuid(), u.id, now() - interval '400 d', now() - interval '400 d'
            from generate_series(1, \(2 * Purge.sessions + 1)), users u
            """)
        var looks = 0
        repeat {
            try await installation.purge()
            looks += 1
        } while try await installation.rowCount("purges where after_session is not null") > 0
        #expect(looks == 3)
        #expect(try await installation.ownerIDs("refresh_tokens") == [live.sessionID])
    }

    @Test("When several instances look at once, what is over is seen to once, and then not for an hour")
    func once() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for _ in 0..<2 { await installation.failToLogIn(in: tenant) }
        try await installation.endFailureWindows()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try await installation.purging.purgeDueTenants() } }
            try await group.waitForAll()
        }
        #expect(try await installation.events().filter { $0.detail.names.contains("failures") }.count == 1)
        #expect(try await installation.rowCount("purges where due_at between now() + '40 m' and now() + '80 m'") == 1)
        #expect(try await installation.purging.purgeDueTenants().due == 0)
    }

    @Test("A tenant that can't be purged has a rest, and the others are")
    func failure() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        for tenant in [shop, blog] {
            let session = try await installation.register(in: tenant)
            try await installation.age(session, by: 400 * 86_400, in: tenant)
        }
        try await installation.asSuperuser(
            """
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
            create trigger refuse before delete on refresh_tokens for each row
            when (old.tenant_id = '\(shop.tenant.id.lowercaseString)') execute function refuse()
            """)
        try await installation.purge()
        #expect(try await installation.rowCount("refresh_tokens") == 1)
        #expect(try await installation.purging.purgeDueTenants().due == 0)
    }
}

extension PurgeTests {
    @Test("A tenant that is being deleted keeps no other waiting")
    func beingDeleted() async throws {
        let installation = try await Installation.make()
        let shop = try await installation.tenant("shop").tenant.id
        _ = try await installation.tenant("blog")
        try await installation.asSuperuser(
            """
            update purges set due_at = now() - case id when '\(shop.lowercaseString)' then interval '2 h' else '1 h' end
            """)
        let lock = Statement<UUID, UUID>(
            "select id from purges where id = $1 for update", bind: { $0 }, row: { (id: UUID) in id })
        let deleting = try await Connection.open(installation.database.superuserURL)
        try await deleting.transaction { transaction async throws in
            _ = try await transaction.first(lock, shop)
            #expect(try await installation.purging.purgeDueTenants().purged == 1)
            #expect(try await installation.rowCount("purges where due_at > now()") == 1)
        }
        #expect(try await installation.purging.purgeDueTenants().purged == 1)
        #expect(try await installation.rowCount("purges where due_at > now()") == 2)
        await deleting.close()
    }

    @Test("Nor do more of them than one look sees to, and nobody asks again at once on their account")
    func manyBeingDeleted() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant("blog")
        try await installation.asSuperuser(
            """
            insert into tenants (id, slug, name)
                select gen_random_uuid(), 'shop-' || n, 'shop' from generate_series(1, \(Purge.tenants + 1)) n;
            update purges set due_at = now() - interval '2 h';
            update purges set due_at = now() - interval '1 h' from tenants t where t.id = purges.id and t.slug = 'blog';
            """)
        let delete = Statement<Void, Void>("delete from tenants where slug <> 'blog'", bind: { () })
        let deleting = try await Connection.open(installation.database.superuserURL)
        try await deleting.transaction { transaction async throws in
            _ = try await transaction.execute(delete, ())
            let look = try await installation.purging.purgeDueTenants()
            #expect(look.due == 1 && look.purged == 1)
            #expect(try await installation.rowCount("purges where due_at > now()") == 1)
            #expect(try await installation.purging.purgeDueTenants().due == 0)
        }
        await deleting.close()
    }
}

extension Installation {
    var purging: Purge {
        Purge(database: serviceDatabase, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    /// As if an hour had gone by since every tenant was looked through.
    func purge() async throws {
        try await asSuperuser("update purges set due_at = now()")
        try await purging.purgeDueTenants()
    }

    fileprivate func ownerIDs(_ table: String) async throws -> [UUID] {
        let ids = Statement<Void, UUID>("select id from \(table)", bind: { () }, row: { (id: UUID) in id })
        return try await asSuperuser(ids)
    }
}
