import FoundationEssentials
import MetricsTestKit
import Postgres
import TestSupport
import Testing
import Webhooks

@testable import Gatehouse

/// Endpoints that hang, and what else is to be told meanwhile.
@Suite(.installation, .timeLimit(.minutes(1))) struct SlowWebhookTests {
    private static let slow = "https://slow.example/"
    private let receiver = WebhookReceiver()

    @Test("What falls due while an endpoint hangs is told meanwhile, and the metrics say that somebody looks")
    func meanwhile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook(Self.slow, ["user.registered"])
        _ = try await installation.webhook("https://app.example/", ["login.succeeded"])
        receiver.hang(Self.slow)
        _ = try await installation.register(in: tenant)
        let metrics = TestMetrics()
        let caller = installation.caller(of: receiver, upkeep: UpkeepMetrics(.webhooks, factory: metrics))
        let looking = Task { try await caller.deliverAllDue() }
        let looks = try metrics.expectMeter(
            "gatehouse_upkeep_last_success_timestamp_seconds", [("work", "webhooks")])
        // The one that found the first message, one that found nothing, and one a second later.
        try await wait { looks.values.count >= 3 }
        _ = try await installation.logIn(in: tenant)
        try await wait { !receiver.calls.isEmpty }
        #expect(receiver.calls.map(\.url.description) == ["https://app.example/"])
        #expect(receiver.hung == 1)
        looking.cancel()
        _ = await looking.result
    }

    @Test("Messages that find their endpoint busy come back one after the other, and keep no other tenant's waiting")
    func crowd() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let slow = try await installation.webhook(Self.slow).endpoint
        _ = try await installation.webhook("https://blog.example/", of: "blog")
        receiver.hang(Self.slow)
        _ = try await installation.register(in: shop)
        try await installation.repeatMessages(299, to: slow)
        let looking = Task { try await installation.caller(of: receiver).deliverAllDue() }
        try await wait { try await installation.waiting().due == 0 }
        #expect(try await installation.waiting().spread > 5, "298 messages, 20 ms each")
        _ = try await installation.register(in: blog)
        try await wait { !receiver.calls.isEmpty }
        #expect(receiver.calls.map(\.url.description) == ["https://blog.example/"])
        #expect(receiver.hung == 2)
        looking.cancel()
        _ = await looking.result
    }
}

extension Installation {
    /// Of the deliveries that nobody has in hand: how many are due, and how many seconds are between the first and the last.
    fileprivate func waiting() async throws -> (due: Int, spread: Double) {
        let waiting = Statement<Void, (due: Int, spread: Double)>(
            """
            select count(*) filter (where due_at <= now()),
                coalesce(extract(epoch from max(due_at) - min(due_at)), 0)::float8
            from deliveries where attempts = 0
            """, bind: { () }, row: { (due: Int, spread: Double) in (due, spread) })
        return try #require(try await serviceDatabase.untenanted.first(waiting, ()))
    }
}
