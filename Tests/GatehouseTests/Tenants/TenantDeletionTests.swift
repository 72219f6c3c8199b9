import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct TenantDeletionTests {
    @Test(
        "Where deleting a tenant fails half-way its keys are gone already, no token opens anything, and it can be repeated"
    )
    func keysFirst() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await installation.asSuperuser(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
            create trigger refuse before delete on users for each row execute function refuse();
            """)
        await #expect(throws: PostgresError.self) { try await installation.administration.deleteTenant("shop") }
        #expect(try await installation.administration.listKeys(tenant: "shop").isEmpty)
        let events = try await installation.administration.listEvents(
            tenant: "shop", type: .keysDestroyed, age: nil, limit: 10)
        #expect(events.map(\.detail) == [["keys": 4]])
        // Somebody restores a dump of that moment, and puts the tenant back to use.
        _ = try await installation.administration.enableTenant("shop")
        let restored = installation.onAnotherInstance()
        let served = try await restored.service.directory.tenant(slug: "shop")
        #expect(try await !restored.isAlive(session, in: served))
        await #expect(throws: Refusal.self) { try await restored.refresh(session.refreshToken, in: served) }
        try await installation.asSuperuser("drop trigger refuse on users")
        try await installation.administration.deleteTenant("shop")
        await #expect(throws: Refusal.tenantNotFound) { try await installation.administration.showTenant("shop") }
    }

    @Test("A large tenant goes a page at a time: where the deletion fails at its end, what it held is gone already")
    func inPages() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let webhook = try await installation.webhook("https://app.example/").endpoint
        _ = try await installation.register(in: shop)
        try await installation.repeatMessages(1100, to: webhook)
        let other = try await installation.register(in: blog)
        try await installation.addSessions(2100, in: shop)
        let id = shop.tenant.id
        try await installation.asSuperuser(
            """
            insert into users (tenant_id, id, email)
                select '\(id.lowercaseString)', gen_random_uuid(), 'u' || n || '@example.com' from generate_series(1, 1100) n;
            create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
            create trigger refuse before delete on tenants for each row execute function refuse();
            """)
        await #expect(throws: PostgresError.self) { try await installation.administration.deleteTenant("shop") }
        let left = Statement<UUID, Int>(
            """
            select (select count(*) from refresh_tokens where tenant_id = $1)
                + (select count(*) from users where tenant_id = $1)
                + (select count(*) from webhook_messages where tenant_id = $1)
                + (select count(*) from audit_events where tenant_id = $1)
            """, bind: { $0 }, row: { (count: Int) in count })
        #expect(try await installation.serviceDatabase.first(left, id, in: id) == 1, "the event that it was begun")
        #expect(try await installation.isAlive(other, in: blog))
        try await installation.asSuperuser("drop trigger refuse on tenants")
        try await installation.administration.deleteTenant("shop")
        await #expect(throws: Refusal.tenantNotFound) { try await installation.administration.showTenant("shop") }
    }
}
