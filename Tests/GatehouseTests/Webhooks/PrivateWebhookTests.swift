import FoundationEssentials
import TestSupport
import Testing

@testable import Gatehouse
@testable import Webhooks

/// Endpoints that only this network reaches, by their address or by what their name leads to.
@Suite("Webhooks into this network", .installation) struct PrivateWebhookTests {
    private let receiver = WebhookReceiver()

    @Test(
        "An address that only this network reaches, or without TLS, has to be allowed",
        arguments: [
            "http://app.example/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.7/x", "https://[::1]/",
            "https://169.254.169.254/latest", "ftp://app.example/", "app.example", "https://user:pass@app.example/",
        ])
    func privateTargets(_ url: String) async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        await #expect(throws: Refusal.self) { try await installation.webhook(url) }
    }

    @Test("What one webhook may reach no other may")
    func oneAlone() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("http://10.0.0.7/hooks", allowingPrivate: true)
        _ = try await installation.webhook("https://app.example/hooks")
        _ = try await installation.register(in: tenant)
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 2)
        let allowances: [String: Bool] = receiver.calls.reduce(into: [:]) { $0[$1.url.description] = $1.allowsPrivate }
        #expect(allowances == ["http://10.0.0.7/hooks": true, "https://app.example/hooks": false])
    }

    @Test("A name that leads into this network is called for nobody who may not go there; what it was to be told waits")
    func ledInside() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let inside = try TripWire()
        _ = try await installation.webhook("https://app.example:\(inside.port)/hooks")
        _ = try await installation.register(in: tenant)
        let client = WebhookClient(resolver: EverythingIsHere())
        #expect(try await installation.caller(of: client).deliverAllDue() == 1)
        await client.shutdown()
        let waiting = try #require(try await attempts(installation).first)
        #expect(waiting.state == .waiting && waiting.failure == "private_target" && waiting.attempts == 1)
        #expect(!inside.isTouched)
    }

    @Test("What an endpoint's name led astray for a while is told when it leads there again")
    func astray() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("https://app.example/hooks")
        _ = try await installation.register(in: tenant)
        let caller = installation.caller(of: receiver)
        receiver.refuse(.forbiddenTarget)
        #expect(try await caller.deliverAllDue() == 1)
        let waiting = try #require(try await attempts(installation).first)
        #expect(waiting.state == .waiting && waiting.failure == "private_target" && waiting.attempts == 1)
        try await installation.makeDue()
        #expect(try await caller.deliverAllDue() == 1)
        #expect(receiver.calls.map(\.message.id) == ["msg_\(waiting.id.lowercaseString)"])
    }

    private func attempts(_ installation: Installation) async throws -> [WebhookAttempt] {
        try await installation.administration.listWebhookAttempts(tenant: "shop", endpoint: nil, limit: 9)
    }
}

/// Has every name lead to this machine.
private struct EverythingIsHere: NameResolver {
    func addresses(of host: String) async -> [InternetAddress]? { [.v4(0x7F00_0001)] }
}
