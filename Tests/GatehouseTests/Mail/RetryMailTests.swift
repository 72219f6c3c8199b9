import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Dead letters that are sent again, which after an outage of the mail server may be all that there were meanwhile.
@Suite(.installation, .timeLimit(.minutes(1))) struct RetryMailTests {
    private let installation: Installation
    private let tenant: ServedTenant
    private let office: Administration

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant()
        office = installation.administration
    }

    /// A dead letter to each user that there is, and so many to addresses alone.
    private func giveUp(_ count: Int = 0) async throws {
        try await installation.asSuperuser(
            """
            insert into mails (tenant_id, id, user_id, kind, recipient)
                select tenant_id, gen_random_uuid(), id, 'password_reset', email from users;
            insert into mails (tenant_id, id, kind, recipient)
                select id, gen_random_uuid(), 'password_reset', 'u' || n || '@example.com'
                from tenants, generate_series(1, \(count)) n;
            update mails set failed_at = now(), failure = 'connect';
            """)
    }

    private func retries() async throws -> [JSONObject] {
        try await office.listEvents(tenant: "shop", type: .mailRetried, age: nil, limit: 9).map(\.detail)
    }

    @Test("All dead letters are queued again under other ids, a page at a time, and recorded as one event")
    func pages() async throws {
        try await giveUp(2500)
        let dead = Set(try await office.listMail(tenant: "shop", limit: 3000).map(\.id))
        let retried = try await office.retryMail(tenant: "shop", mail: nil)
        #expect(Set(retried.map(\.id)).count == 2500 && dead.isDisjoint(with: retried.map(\.id)))
        #expect(Set(retried.map(\.recipient)).count == 2500)
        #expect(retried.allSatisfy { $0.failedAt == nil && $0.failure == nil && $0.dueAt != nil && $0.attempts == 0 })
        let sizes = Statement<UUID, Int>(
            "select count(*) from mails where tenant_id = $1 and failed_at is null group by xmin order by 1 desc",
            bind: { $0 }, row: { (count: Int) in count })
        let shop = tenant.tenant.id
        #expect(try await installation.serviceDatabase.query(sizes, shop, in: shop) == [1000, 1000, 500])
        #expect(try await installation.rowCount("deliveries") == 2500)
        #expect(try await office.retryMail(tenant: "shop", mail: nil).isEmpty)
        #expect(try await retries() == [["mails": 2500]])
    }

    @Test("What dies again while the others are queued stays a dead letter")
    func deadAgain() async throws {
        try await giveUp(1000)
        try await installation.asSuperuser(
            """
            create function die() returns trigger language plpgsql as $$
                begin new.failed_at = clock_timestamp(); return new; end $$;
            create trigger die before insert on mails for each row execute function die();
            """)
        #expect(try await office.retryMail(tenant: "shop", mail: nil).count == 1000)
        #expect(try await retries() == [["mails": 1000]])
    }

    @Test("Where a page fails those before it stay queued, the trail has just them, and another run does the rest")
    func interrupted() async throws {
        try await giveUp(2500)
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
        await #expect(throws: PostgresError.self) { try await office.retryMail(tenant: "shop", mail: nil) }
        #expect(try await installation.rowCount("deliveries") == 2000)
        #expect(try await retries() == [["mails": 2000, "unfinished": true]])
        #expect(try await office.retryMail(tenant: "shop", mail: nil).count == 500)
        #expect(try await retries() == [["mails": 500], ["mails": 2000, "unfinished": true]])
    }

    @Test(
        "What is about a user whom somebody is changing or deleting is left, nobody waits, and nothing of theirs is held",
        arguments: ["for update", "for no key update"])
    func beside(lock: String) async throws {
        for name in ["ada", "bob"] { _ = try await installation.register("\(name)@example.com", in: tenant) }
        try await giveUp()
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; select from users where email = 'ada@example.com' \(lock)")
        let retried = try await office.retryMail(tenant: "shop", mail: nil)
        #expect(retried.map(\.recipient) == ["bob@example.com"])
        try await holder.script("commit")
        await holder.close()
        #expect(try await office.retryMail(tenant: "shop", mail: nil).map(\.recipient) == ["ada@example.com"])
    }

    @Test("The one that is named waits for whoever is at its user, and holds neither it nor the tenant meanwhile")
    func named() async throws {
        _ = try await installation.register(in: tenant)
        try await giveUp()
        let dead = try #require(try await office.listMail(tenant: "shop", limit: 1).first)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; select from users for update")
        let retry = Task { try await office.retryMail(tenant: "shop", mail: dead.id) }
        try await installation.waitForLocks(1)
        try await holder.script("select from mails for update nowait; select from tenants for no key update nowait")
        try await holder.script("commit")
        await holder.close()
        #expect(try await retry.value.map(\.recipient) == ["ada@example.com"])
        #expect(try await retries() == [["mails": 1]])
    }
}
