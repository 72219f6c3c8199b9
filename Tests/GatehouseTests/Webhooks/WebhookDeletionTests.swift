import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation, .timeLimit(.minutes(1))) struct WebhookDeletionTests {
    @Test("While a webhook is being deleted people sign in at once, and the tenant's other webhooks are told")
    func signIns() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let gone = try await installation.webhook("https://gone.example/").endpoint
        _ = try await installation.webhook("https://app.example/", ["login.succeeded"])
        _ = try await installation.register(in: tenant)
        let deleting = try await Connection.open(installation.database.superuserURL)
        try await deleting.script(
            "begin; delete from webhook_endpoints where id = '\(gone.id.lowercaseString)'")
        _ = try await installation.logIn(in: tenant)
        try await deleting.script("commit")
        await deleting.close()
        _ = try await installation.logIn(in: tenant)
        let told = try await installation.administration.listWebhookAttempts(tenant: "shop", endpoint: nil, limit: 9)
        #expect(told.map(\.type) == ["login.succeeded", "login.succeeded"])
    }

    @Test("A webhook is off before its messages go, a page at a time; where that fails half-way it can be repeated")
    func inPages() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (shop, office) = (tenant.tenant.id, installation.administration)
        let endpoint = try await installation.webhook("https://app.example/").endpoint
        let other = try await installation.webhook("https://other.example/").endpoint
        _ = try await installation.register(in: tenant)
        try await installation.repeatMessages(2100, to: endpoint)
        try await installation.asSuperuser(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
            create trigger refuse before delete on webhook_endpoints for each row execute function refuse();
            """)
        await #expect(throws: PostgresError.self) { try await office.deleteWebhook(tenant: "shop", id: endpoint.id) }
        #expect(try await office.listWebhooks(tenant: "shop").map(\.isEnabled) == [false, true])
        let left = Statement<UUID, UUID>(
            "select endpoint_id from webhook_messages where tenant_id = $1", bind: { $0 }, row: { (id: UUID) in id })
        #expect(try await installation.serviceDatabase.query(left, shop, in: shop) == [other.id])
        try await installation.asSuperuser("drop trigger refuse on webhook_endpoints")
        _ = try await office.deleteWebhook(tenant: "shop", id: endpoint.id)
        #expect(try await office.listWebhooks(tenant: "shop").map(\.id) == [other.id])
        let events = try await office.listEvents(tenant: "shop", type: nil, age: nil, limit: 9)
        #expect(
            events.map(\.type).filter { $0.hasPrefix("webhook.") } == [
                "webhook.deleted", "webhook.created", "webhook.created",
            ])
        await #expect(throws: Refusal.webhookNotFound) {
            try await office.deleteWebhook(tenant: "shop", id: endpoint.id)
        }
    }
}
