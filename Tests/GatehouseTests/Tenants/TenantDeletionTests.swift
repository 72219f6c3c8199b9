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
        #expect(await !restored.isAlive(session, in: served))
        await #expect(throws: Refusal.self) { try await restored.refresh(session.refreshToken, in: served) }
        try await installation.asSuperuser("drop trigger refuse on users")
        try await installation.administration.deleteTenant("shop")
        await #expect(throws: Refusal.tenantNotFound) { try await installation.administration.showTenant("shop") }
    }
}
