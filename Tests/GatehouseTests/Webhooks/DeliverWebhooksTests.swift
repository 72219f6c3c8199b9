import FoundationEssentials
import MetricsTestKit
import Postgres
import TestSupport
import Testing
import Webhooks

@testable import Gatehouse

@Suite("Delivery of webhooks", .installation) struct DeliverWebhooksTests {
    private let receiver = WebhookReceiver()

    @Test("What happens to a user is told once, signed with the endpoint's secret, to the endpoints that want it")
    func tells() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let all = try await created("https://app.example/hooks", in: installation)
        _ = try await created("https://crm.example/new", ["user.registered"], in: installation)
        let session = try await installation.register(in: tenant)
        _ = try await installation.logIn(in: tenant)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 3)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 0)

        let calls = receiver.calls
        #expect(
            calls.map(\.url.description).sorted() == [
                "https://app.example/hooks", "https://app.example/hooks", "https://crm.example/new",
            ])
        let first = try #require(calls.first { $0.url == all.endpoint.url && (try? $0.type) == "user.registered" })
        #expect(first.secrets.map(\.revealed) == [all.secret.revealed] && !first.allowsPrivate)
        #expect(first.message.id.hasPrefix("msg_"))
        let data = try #require(try first.document["data"]?.objectValue)
        let user = try #require(session.user)
        #expect(data["tenant"] == "shop" && data["user_id"] == .string(user.id.lowercaseString))
        #expect(data["session_id"] == .string(session.sessionID.lowercaseString))
        #expect(data["user"]?.objectValue?["email"] == "ada@example.com")
        #expect(Set(calls.map(\.message.id)).count == 3)
        let attempts = try await installation.administration.listWebhookAttempts(
            tenant: "shop", endpoint: nil, limit: 9)
        #expect(attempts.count == 3 && attempts.allSatisfy { $0.state == .delivered && $0.attempts == nil })
    }

    @Test("An event and its message are there together, or neither")
    func transactional() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await created("https://app.example/hooks", in: installation)
        _ = try await installation.register(in: tenant)
        await #expect(throws: Refusal.emailTaken) { try await installation.register(in: tenant) }
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 1)
    }

    @Test("A user who is gone is named, and nothing else is told of them")
    func deletedUser() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await created("https://app.example/hooks", ["user.deleted"], in: installation)
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "ada@example.com")
        try await installation.caller(of: receiver).deliverAllDue()
        let call = try #require(receiver.calls.first)
        #expect(try call.document["data"]?.objectValue?["user"] == .null)
        #expect(!String(decoding: call.message.body, as: UTF8.self).contains("ada"))
    }

    @Test("What isn't taken is told again under the same id, and given up after the last pause; it can be replayed")
    func retries() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await created("https://app.example/hooks", in: installation)
        _ = try await installation.register(in: tenant)
        let caller = installation.caller(of: receiver)
        receiver.refuse(.status(503))
        #expect(try await caller.deliverAllDue() == 1)
        #expect(try await caller.deliverAllDue() == 0, "it waits for its time")
        let waiting = try #require(try await attempts(installation).first)
        #expect(waiting.state == .waiting && waiting.failure == "http_503" && waiting.attempts == 1)
        try await installation.makeDue()
        try await caller.deliverAllDue()
        #expect(receiver.calls.map(\.message.id) == ["msg_\(waiting.id.lowercaseString)"])

        _ = try await installation.administration.replayWebhook(tenant: "shop", message: waiting.id)
        for _ in 0...DeliverWebhooks.pauses.count {
            receiver.refuse(.timeout)
            try await installation.makeDue()
            #expect(try await caller.deliverAllDue() == 1)
        }
        #expect(try await attempts(installation).map(\.state) == [.dead])
        await #expect(throws: Refusal.webhookMessageNotFound) {
            try await installation.administration.replayWebhook(tenant: "shop", message: UUID())
        }
        try await installation.makeDue()
        #expect(try await caller.deliverAllDue() == 0)
        #expect(try await installation.administration.replayDeadWebhooks(tenant: "shop") == 1)
        #expect(try await caller.deliverAllDue() == 1)
        #expect(receiver.calls.count == 2)
    }

    @Test("An endpoint that says it is gone is told nothing more until it is enabled, which is recorded once")
    func gone() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let endpoint = try await created("https://app.example/hooks", in: installation).endpoint
        _ = try await installation.register(in: tenant)
        try await installation.repeatMessages(1, to: endpoint)
        receiver.refuse(.status(410), .status(410))
        try await installation.caller(of: receiver).deliverAllDue()
        let events = try await installation.administration.listEvents(
            tenant: "shop", type: .webhookDisabled, age: nil, limit: 9)
        #expect(events.map(\.actor) == ["service"])
        #expect(events.map(\.detail) == [["endpoint": .string(endpoint.id.lowercaseString)]])
        #expect(try await installation.administration.listWebhooks(tenant: "shop").map(\.isEnabled) == [false])
        _ = try await installation.logIn(in: tenant)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 0)
        _ = try await installation.administration.setWebhook(tenant: "shop", id: endpoint.id, enabled: true)
        receiver.answerAll()
        _ = try await installation.logIn(in: tenant)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 1)
        #expect(receiver.calls.count == 1)
    }

    @Test(
        "An endpoint can't be made for events that are about no user",
        arguments: ["keys.rotated", "user.imported", "x"])
    func untold(_ type: String) async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let refusal = await #expect(throws: Refusal.self) {
            try await created("https://app.example/", ["user.registered", type], in: installation)
        }
        #expect(refusal?.code == "invalid_setting")
        #expect(
            refusal?.message.hasPrefix("\(type) is no event about a user. Those there are: user.registered, ") == true)
        #expect(refusal?.message.contains("keys.revoked") == false)
        #expect(try await installation.administration.listWebhooks(tenant: "shop").isEmpty)
    }

    @Test("What comes due while an endpoint is off isn't told, is said to be given up, and can be replayed")
    func disabled() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let endpoint = try await created("https://app.example/hooks", in: installation).endpoint
        _ = try await installation.register(in: tenant)
        _ = try await installation.administration.setWebhook(tenant: "shop", id: endpoint.id, enabled: false)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 1)
        #expect(receiver.calls.isEmpty)
        let dead = try await attempts(installation)
        #expect(dead.map(\.state) == [.dead] && dead.map(\.failure) == ["disabled"])
        _ = try await installation.administration.setWebhook(tenant: "shop", id: endpoint.id, enabled: true)
        #expect(try await installation.administration.replayDeadWebhooks(tenant: "shop") == 1)
        try await installation.caller(of: receiver).deliverAllDue()
        #expect(receiver.calls.count == 1)
    }

    @Test(
        "What comes due while its endpoint or its tenant is off is counted and logged as given up",
        arguments: ["webhook_endpoints", "tenants"])
    func givenUp(off table: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await created("https://app.example/hooks", in: installation)
        _ = try await installation.register(in: tenant)
        try await installation.asSuperuser("update \(table) set disabled_at = now()")
        let (log, metrics) = (RecordingLog(), TestMetrics())
        let caller = installation.caller(of: receiver, metrics: WebhookMetrics(factory: metrics), log: log)
        #expect(try await caller.deliverAllDue() == 1)
        #expect(try metrics.expectCounter("gatehouse_webhook_total", [("outcome", "gave_up")]).totalValue == 1)
        #expect(log.messages.count { $0.contains("given up") && $0.contains("disabled") } == 1)
    }

    @Test("A webhook of one tenant hears nothing of another's users")
    func isolation() async throws {
        let installation = try await Installation.make()
        let (_, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        _ = try await created("https://app.example/hooks", in: installation)
        _ = try await installation.register(in: blog)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 0)
    }

    @Test("A secret is sealed for its endpoint, and sealed anew with the keys")
    func sealing() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let new = try await created("https://app.example/hooks", in: installation)
        let fresh = KeySealer(master: .generate(), accepting: [installation.sealer.keys.sealing])
        _ = try await installation.administration(with: fresh).reseal(tenant.tenant, with: fresh, isFirst: true)
        _ = try await installation.register(in: tenant)
        // Only the new key is at hand now.
        try await installation.caller(of: receiver, sealer: KeySealer(master: fresh.keys.sealing)).deliverAllDue()
        #expect(receiver.calls.map { $0.secrets.map(\.revealed) } == [[new.secret.revealed]])
    }

    private func created(
        _ url: String, _ types: [String] = [], in installation: Installation
    ) async throws -> NewWebhookEndpoint {
        try await installation.webhook(url, types)
    }

    private func attempts(_ installation: Installation) async throws -> [WebhookAttempt] {
        try await installation.administration.listWebhookAttempts(tenant: "shop", endpoint: nil, limit: 9)
    }
}

extension WebhookReceiver.Call {
    fileprivate var type: String? { get throws { try document["type"]?.stringValue } }
}
