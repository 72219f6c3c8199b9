import FoundationEssentials
import Logging
import MetricsTestKit
import Postgres
import Testing

@testable import Gatehouse

/// Tenants of which there is more than one turn removes, beside those whose hour has come.
@Suite(.installation) struct UnfinishedPurgeTests {
    @Test("A large tenant gets a batch of each look, however many others have been due for longer, and those go on")
    func largeAmongMany() async throws {
        let installation = try await Installation.make()
        let large = try await installation.tenant("large").tenant.id.lowercaseString
        try await installation.addTenants(Purge.tenants + 5)
        try await installation.addOldEvents(2 * Purge.batch + 1, to: large)
        try await installation.asSuperuser(
            "update purges set due_at = case id when '\(large)' then now() else now() + interval '1 h' end")
        let purging = installation.restless()
        func oldEvents() async throws -> Int {
            try await installation.rowCount("audit_events where type = 'login.failed'")
        }
        try await purging.purgeDueTenants()
        #expect(try await oldEvents() == Purge.batch + 1)
        #expect(try await installation.rowCount("purges where unfinished_since is not null") == 1)

        try await installation.asSuperuser(
            "update purges set due_at = now() - case id when '\(large)' then interval '1 s' else interval '2 h' end")
        let look = try await purging.purgeDueTenants()
        #expect(look.mayBeMore)
        #expect(try await oldEvents() == 1)
        #expect(try await installation.rowCount("purges where id <> '\(large)' and due_at > now()") == Purge.tenants)

        try await installation.asSuperuser("update purges set due_at = now() where id = '\(large)'")
        try await purging.purgeDueTenants()
        #expect(try await oldEvents() == 0)
        #expect(try await installation.rowCount("purges where unfinished_since is not null") == 0)
        #expect(try await installation.rowCount("purges where due_at < now() + interval '40 m'") == 0)
    }

    @Test("Tenants that aren't finished with let those go on whose hour has come, however many they are")
    func manyUnfinished() async throws {
        let installation = try await Installation.make()
        let blog = try await installation.tenant("blog").tenant.id.lowercaseString
        try await installation.addTenants(Purge.tenants + Purge.unfinishedTenants)
        try await installation.asSuperuser(
            """
            update purges set due_at = now() - interval '2 h', unfinished_since = now() - interval '3 h';
            update purges set due_at = now(), unfinished_since = null where id = '\(blog)'
            """)
        let look = try await installation.restless().purgeDueTenants()
        #expect(look.purged == Purge.unfinishedTenants + 1)
        #expect(look.mayBeMore)
        #expect(try await installation.rowCount("purges where id = '\(blog)' and due_at > now()") == 1)
        #expect(try await installation.rowCount("purges where unfinished_since is not null") == Purge.tenants)
    }

    @Test("Tenants that aren't finished with take turns")
    func turns() async throws {
        let installation = try await Installation.make()
        for (slug, minutes) in [("shop", 3), ("blog", 2)] {
            let tenant = try await installation.tenant(slug).tenant.id.lowercaseString
            try await installation.addOldEvents(3 * Purge.batch, to: tenant)
            try await installation.asSuperuser(
                """
                update purges set due_at = now() - interval '\(minutes) min', unfinished_since = now() - interval '\(minutes) h'
                where id = '\(tenant)'
                """)
        }
        let purging = installation.restless()
        var left: [[Int]] = []
        for _ in 0..<4 {
            #expect(try await purging.purgeDueTenants().purged == 1)
            var batches: [Int] = []
            for slug in ["shop", "blog"] {
                let shown = "type = 'login.failed' and tenant_id = (select id from tenants where slug = '\(slug)')"
                batches.append(try await installation.rowCount("audit_events where \(shown)") / Purge.batch)
            }
            left.append(batches)
            // As if a minute had gone by.
            try await installation.asSuperuser("update purges set due_at = due_at - interval '1 min'")
        }
        #expect(left == [[2, 3], [2, 2], [1, 2], [1, 1]])
    }

    @Test("A failure leaves a tenant unfinished, since when it first was")
    func failure() async throws {
        let installation = try await Installation.make()
        for slug in ["shop", "blog"] {
            let tenant = try await installation.tenant(slug)
            let session = try await installation.register(in: tenant)
            try await installation.age(session, by: 400 * 86_400, in: tenant)
        }
        try await installation.asSuperuser(
            """
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
            create trigger refuse before delete on refresh_tokens for each row execute function refuse();
            update purges p set due_at = now(),
                unfinished_since = case t.slug when 'shop' then now() - interval '3 h' end
            from tenants t where t.id = p.id
            """)
        #expect(try await installation.restless().purgeDueTenants().purged == 2)
        #expect(try await installation.rowCount("purges where due_at > now()") == 2)
        #expect(try await installation.rowCount("purges where unfinished_since < now() - interval '2 h'") == 1)
        #expect(try await installation.rowCount("purges where unfinished_since > now() - interval '1 h'") == 1)
    }

    @Test("How far the purge is behind is told: since when a tenant has been due, or is unfinished")
    func behind() async throws {
        let installation = try await Installation.make()
        try await installation.addTenants(3)
        let metrics = TestMetrics()
        let purging = installation.restless(PurgeMetrics(factory: metrics))
        func told() async throws -> Double {
            try await purging.purgeDueTenants()
            return try metrics.expectMeter("gatehouse_purge_behind_seconds").lastValue ?? -1
        }
        try await installation.asSuperuser("update purges set due_at = 'infinity'")
        #expect(try await told() == 0)
        try await installation.asSuperuser("update purges set due_at = now() - interval '2 h'")
        let due = try await told()
        #expect((7200..<7800).contains(due))
        #expect(try await told() == 0)
        try await installation.asSuperuser("update purges set unfinished_since = now() - interval '3 h'")
        let unfinished = try await told()
        #expect((10_800..<11_400).contains(unfinished))
    }
}

extension Installation {
    /// One that doesn't wait between two tenants.
    fileprivate func restless(_ metrics: PurgeMetrics = PurgeMetrics()) -> Purge {
        var purging = Purge(
            database: serviceDatabase, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            metrics: metrics)
        purging.restPerWork = 0
        return purging
    }

    fileprivate func addOldEvents(_ count: Int, to tenant: String) async throws {
        try await asSuperuser(
            """
            insert into audit_events (tenant_id, id, at, actor, type)
                select '\(tenant)', ('00000000' || substr(gen_random_uuid()::text, 9))::uuid, now() - interval '400 d',
                    'service', 'login.failed'
                from generate_series(1, \(count))
            """)
    }

    fileprivate func addTenants(_ count: Int) async throws {
        try await asSuperuser(
            """
            insert into tenants (id, slug, name)
                select gen_random_uuid(), 'shop-' || n, 'shop' from generate_series(1, \(count)) n
            """)
    }
}
