import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Deliveries that are cut short, wherever they are at that moment.
@Suite("Deliveries of an instance that ends", .installation, .timeLimit(.minutes(1))) struct TakeDeliveriesTests {
    /// When what is taken has fallen due.
    private static let dueAt = "timestamptz '2026-01-02 03:04:05.678901Z'"

    private let mailroom = Mailroom()
    private let receiver = WebhookReceiver()

    @Test(
        "A mail that was taken and hasn't left is where it was in the queue, as if it had never been taken",
        arguments: ["tenants", "mails", "users", "mail_templates"])
    func mail(locked table: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        let deliverer = installation.deliverer(to: mailroom)
        try await cutShort(deliverer.sendAllDue, at: table, in: installation)
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(mailroom.sent.count == 1)
    }

    @Test(
        "A message to a webhook that was taken and hasn't left is where it was in the queue, as if it had never been taken",
        arguments: ["tenants", "webhook_messages"])
    func webhook(locked table: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("https://app.example/", ["user.registered"])
        _ = try await installation.register(in: tenant)
        let caller = installation.caller(of: receiver)
        try await cutShort(caller.deliverAllDue, at: table, in: installation)
        #expect(try await caller.deliverAllDue() == 1)
        #expect(receiver.calls.count == 1)
    }

    @Test("So is a message whose receiver doesn't answer")
    func hangingReceiver() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("https://slow.example/", ["user.registered"])
        receiver.hang("https://slow.example/")
        _ = try await installation.register(in: tenant)
        try await installation.asSuperuser("update deliveries set due_at = \(Self.dueAt)")
        let caller = installation.caller(of: receiver)
        let looking = Task { try await caller.deliverAllDue() }
        while receiver.hung == 0 {
            try Task.checkCancellation()
            await Task.yield()
        }
        looking.cancel()
        await #expect(throws: (any Error).self) { try await looking.value }
        try await expectUntaken(in: installation)
    }

    /// Cancels the delivery while it waits for the table.
    private func cutShort(
        _ deliver: @escaping @Sendable () async throws -> Int, at table: String, in installation: Installation
    ) async throws {
        try await installation.asSuperuser("update deliveries set due_at = \(Self.dueAt)")
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; lock table \(table) in access exclusive mode")
        let looking = Task { try await deliver() }
        try await installation.waitForLocks(1)
        looking.cancel()
        await #expect(throws: (any Error).self) { try await looking.value }
        try await expectUntaken(in: installation)
        try await holder.script("rollback")
        await holder.close()
    }

    private func expectUntaken(in installation: Installation) async throws {
        let count = try await installation.rowCount("deliveries where attempts = 0 and due_at = \(Self.dueAt)")
        #expect(count == 1)
    }
}
