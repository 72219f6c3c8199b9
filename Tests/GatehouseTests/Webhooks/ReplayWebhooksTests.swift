import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Dead letters that are told again, which after an endpoint's bad week may be millions.
@Suite(.installation, .timeLimit(.minutes(1))) struct ReplayWebhooksTests {
    private let installation: Installation
    private let tenant: ServedTenant

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant()
        let endpoint = try await installation.webhook("https://app.example/").endpoint
        _ = try await installation.register(in: tenant)
        try await installation.repeatMessages(2499, to: endpoint)
        try await installation.asSuperuser(
            "update webhook_messages set failed_at = now(), failure = 'timeout'; delete from deliveries")
    }

    @Test("All dead letters are queued again, a page at a time, counted, and recorded as one event")
    func pages() async throws {
        #expect(try await installation.administration.replayDeadWebhooks(tenant: "shop") == 2500)
        let sizes = Statement<UUID, Int>(
            """
            select count(*) from webhook_messages where tenant_id = $1 and failed_at is null
            group by xmin order by 1 desc
            """,
            bind: { $0 }, row: { (count: Int) in count })
        let shop = tenant.tenant.id
        #expect(try await installation.serviceDatabase.query(sizes, shop, in: shop) == [1000, 1000, 500])
        #expect(try await installation.rowCount("deliveries") == 2500)
        #expect(try await installation.administration.replayDeadWebhooks(tenant: "shop") == 0)
        #expect(try await replays() == [["messages": 2500]])
    }

    @Test("Each page falls due a second after the one before it, counted from the beginning")
    func due() async throws {
        #expect(try await installation.administration.replayDeadWebhooks(tenant: "shop") == 2500)
        let offsets = Statement<Void, Double>(
            """
            select extract(epoch from due_at - (select min(created_at) from webhook_messages))::float8
            from deliveries group by due_at order by due_at
            """, bind: { () }, row: { (seconds: Double) in seconds })
        let connection = try await Connection.open(installation.database.superuserURL)
        #expect(try await connection.query(offsets, ()) == [0, 1, 2])
        await connection.close()
    }

    @Test("Where a page fails those before it stay queued, the trail has just them, and another run does the rest")
    func interrupted() async throws {
        try await installation.asSuperuser(
            """
            create sequence pages;
            create function refuse_third() returns trigger language plpgsql security definer as $$
            begin
                if nextval('pages') = 3 then raise 'not now'; end if;
                return null;
            end
            $$;
            create trigger refuse_third before insert on deliveries for each statement execute function refuse_third();
            """)
        let office = installation.administration
        await #expect(throws: PostgresError.self) { try await office.replayDeadWebhooks(tenant: "shop") }
        #expect(try await installation.rowCount("deliveries") == 2000)
        #expect(try await replays() == [["messages": 2000, "unfinished": true]])
        #expect(try await office.replayDeadWebhooks(tenant: "shop") == 500)
        #expect(try await installation.rowCount("deliveries") == 2500)
        #expect(try await replays() == [["messages": 500], ["messages": 2000, "unfinished": true]])
    }

    @Test("What can't be recorded isn't queued: the trail's last word and the last page come together")
    func unrecorded() async throws {
        try await installation.asSuperuser(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
            create trigger refuse before insert on audit_events for each row when (new.type = 'webhook.replayed')
                execute function refuse();
            """)
        let office = installation.administration
        await #expect(throws: PostgresError.self) { try await office.replayDeadWebhooks(tenant: "shop") }
        #expect(try await installation.rowCount("deliveries") == 2000)
        try await installation.asSuperuser("drop trigger refuse on audit_events")
        #expect(try await office.replayDeadWebhooks(tenant: "shop") == 500)
        #expect(try await replays() == [["messages": 500]])
    }

    private func replays() async throws -> [JSONObject] {
        try await installation.administration.listEvents(tenant: "shop", type: .webhooksReplayed, age: nil, limit: 9)
            .map(\.detail)
    }
}
