import FoundationEssentials
import Mail
import Postgres
import TestSupport
import Testing
import Webhooks

@testable import Gatehouse

/// One tenant's trouble is no other's in what is delivered either.
@Suite("Tenants' shares of what is delivered", .installation, .timeLimit(.minutes(1))) struct TenantShareTests {
    private let mailroom = Mailroom()
    private let receiver = WebhookReceiver()

    @Test("While somebody holds a tenant's users, those of another tenant get their mails")
    func heldUsers() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        _ = try await installation.register(in: shop)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; select from users for update")
        for _ in 1...8 { try await installation.enqueue(.passwordReset, in: shop) }
        let deliverer = installation.deliverer(to: mailroom, connections: 4)
        let looking = Task { try await deliverer.sendAllDue() }
        try await installation.waitForLocks(3)
        for number in 1...8 {
            try await installation.enqueue(.passwordChanged, to: "bob\(number)@example.com", in: blog)
        }
        try await wait { mailroom.sent.count == 8 }
        #expect(mailroom.sent.allSatisfy { $0.to.text.hasPrefix("bob") })
        try await installation.waitForLocks(3)
        try await holder.script("rollback")
        await holder.close()
        #expect(try await looking.value == 16)
    }

    @Test("While all endpoints of a tenant hang, those of another one are told")
    func hangingEndpoints() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        for number in 1...4 {
            let url = "https://slow\(number).example/"
            receiver.hang(url)
            _ = try await installation.webhook(url, ["user.registered"])
        }
        _ = try await installation.webhook("https://blog.example/", ["user.registered"], of: "blog")
        for number in 1...2 { _ = try await installation.register("ada\(number)@example.com", in: shop) }
        let caller = installation.caller(of: receiver)
        let looking = Task { try await caller.deliverAllDue() }
        try await wait { receiver.hung == 6 }
        _ = try await installation.register(in: blog)
        try await wait { !receiver.calls.isEmpty }
        #expect(receiver.calls.map(\.url.description) == ["https://blog.example/"])
        #expect(receiver.hung == 6)
        looking.cancel()
        _ = await looking.result
    }

    @Test("A mail that the database takes too long to tell of is due again soon, as if it had not been taken")
    func lateMail() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        let deliverer = installation.deliverer(to: mailroom, database: hasty(installation))
        try await expectPostponed(in: installation, while: "users") { try await deliverer.sendAllDue() }
        try await installation.makeDue()
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(mailroom.sent.count == 1)
    }

    @Test("So is such a message to a webhook")
    func lateMessage() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("https://app.example/", ["user.registered"])
        _ = try await installation.register(in: tenant)
        let caller = installation.caller(of: receiver, database: hasty(installation))
        try await expectPostponed(in: installation, while: "webhook_messages") { try await caller.deliverAllDue() }
        try await installation.makeDue()
        #expect(try await caller.deliverAllDue() == 1)
        #expect(receiver.calls.count == 1)
    }

    @Test("A message for which its instance has no room keeps its place, as if it had not been taken, and is soon told")
    func noRoomForMessage() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("https://app.example/", ["user.registered"])
        _ = try await installation.register(in: tenant)
        let dueAt = "timestamptz '2026-01-02 03:04:05.678901Z'"
        try await installation.asSuperuser("update deliveries set due_at = \(dueAt)")
        let caller = installation.caller(of: receiver)
        // It is taken once, or each second anew while this lasts longer.
        for _ in 1...50 { receiver.refuse(.overloaded) }
        let taken = try await caller.deliverAllDue()
        #expect((1...5).contains(taken))
        #expect(try await installation.rowCount("deliveries where attempts = 0 and due_at = \(dueAt)") == 1)
        let waiting = try await installation.administration.listWebhookAttempts(
            tenant: "shop", endpoint: nil, limit: 9)
        #expect(waiting.map(\.state) == [.waiting] && waiting.map(\.failure) == [nil])
        receiver.answerAll()
        #expect(try await caller.deliverAllDue() == 1)
        #expect(receiver.calls.count == 1)
    }

    @Test("A tenant has three quarters of what may be under way, and never the last place", arguments: [1, 2, 3, 4, 8])
    func share(atOnce: Int) throws {
        let tenants = TenantsUnderWay(atOnce: atOnce)
        let (shop, blog) = (UUID(), UUID())
        let share = try #require([1: 1, 2: 1, 3: 2, 4: 3, 8: 6][atOnce])
        for _ in 1...share {
            #expect(tenants.passedOver().isEmpty)
            #expect(tenants.begin(shop))
        }
        #expect(!tenants.begin(shop) && tenants.passedOver() == [shop])
        #expect(tenants.begin(blog))
        tenants.end(blog)
        tenants.end(shop)
        #expect(tenants.passedOver().isEmpty && tenants.begin(shop) && !tenants.begin(shop))
    }

    @Test("Of a tenant that rests nothing is begun for a second, and it begins to rest once")
    func rest() {
        let tenants = TenantsUnderWay(atOnce: 4)
        let (shop, blog) = (UUID(), UUID())
        let start = ContinuousClock.now
        #expect(tenants.rest(shop, at: start))
        let within = start + .milliseconds(999)
        #expect(!tenants.rest(shop, at: within))
        #expect(!tenants.begin(shop, at: within) && tenants.begin(blog, at: within))
        #expect(tenants.passedOver(at: within) == [shop])
        let over = start + .seconds(1)
        #expect(tenants.passedOver(at: over).isEmpty)
        #expect(tenants.begin(shop, at: over) && tenants.rest(shop, at: over))
    }

    @Test("While a tenant's statements fill the room they have for waiting, only a few of its mails are tried")
    func noRoom() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        for _ in 1...50 { try await installation.enqueue(.passwordChanged, in: tenant) }
        let crowded = PoolConfiguration(
            installation.database.serviceURL, size: 4, waitDeadline: .seconds(60), maximumWaiters: 20,
            statementDeadline: .seconds(60))
        let (database, shop) = (Database(pool: Pool(crowded)), tenant.tenant.id)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; lock table mails in access exclusive mode")
        try await withThrowingTaskGroup(of: Void.self) { group in
            let ask: @Sendable () async throws -> Void = {
                _ = try await database.first(MailStatements.queued, (shop, UUID()), in: shop)
            }
            // Three have the tenant's connections, and ten wait for one.
            for _ in 1...3 { group.addTask { try await ask() } }
            try await installation.waitForLocks(3)
            for _ in 1...10 { group.addTask { try await ask() } }
            try await wait { database.untenanted.status.waiting == 10 }
            let taken = try await installation.deliverer(to: mailroom, connections: 4, database: database).sendAllDue()
            #expect((1...10).contains(taken))
            #expect(mailroom.sent.isEmpty)
            try await holder.script("rollback")
            await holder.close()
            try await group.waitForAll()
        }
    }

    /// The database to an instance that waits for a statement less long.
    private func hasty(_ installation: Installation) -> Database {
        Database(
            pool: Pool(
                PoolConfiguration(installation.database.serviceURL, size: 4, statementDeadline: .seconds(2))))
    }

    /// Somebody holds the table until the only delivery has been put off.
    private func expectPostponed(
        in installation: Installation, while table: String, _ deliver: () async throws -> Int
    ) async throws {
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; lock table \(table) in access exclusive mode")
        #expect(try await deliver() == 1)
        try await holder.script("rollback")
        await holder.close()
        let soon = "now() + interval '1 s' and now() + interval '15 s'"
        let count = try await installation.rowCount("deliveries where attempts = 0 and due_at between \(soon)")
        #expect(count == 1)
    }
}
