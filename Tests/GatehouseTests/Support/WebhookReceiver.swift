import FoundationEssentials
import Logging
import Synchronization
import TestSupport
import Testing
import Webhooks

@testable import Gatehouse

/// Keeps what webhooks are told instead of calling them, or refuses it as it is told to.
final class WebhookReceiver: WebhookTransport {
    struct Call: Sendable {
        let message: WebhookMessage
        let url: WebhookURL
        let secrets: [WebhookSecret]
        let allowsPrivate: Bool

        var document: JSONObject {
            get throws { try #require(JSON.parse(message.body).objectValue) }
        }
    }

    private struct State {
        var calls: [Call] = []
        var faults: [WebhookFault] = []
        var hanging: Set<String> = []
        var hung = 0
    }

    private let state = Mutex(State())

    var calls: [Call] { state.withLock { $0.calls } }

    /// How many messages have been left hanging.
    var hung: Int { state.withLock { $0.hung } }

    /// Takes what is sent there and doesn't answer, until whoever sends it gives up.
    func hang(_ url: String) {
        state.withLock { _ = $0.hanging.insert(url) }
    }

    /// The next messages meet these, one each.
    func refuse(_ faults: WebhookFault...) {
        state.withLock { $0.faults += faults }
    }

    /// Whatever is left of those.
    func answerAll() {
        state.withLock { $0.faults = [] }
    }

    func post(
        _ message: WebhookMessage, to url: WebhookURL, secrets: [WebhookSecret], allowingPrivate: Bool
    ) async throws(WebhookFault) {
        let hangs = state.withLock { state in
            guard state.hanging.contains(url.description) else { return false }
            state.hung += 1
            return true
        }
        if hangs {
            // Until whoever calls is cancelled; no test lasts as long.
            try? await Task.sleep(for: .seconds(3600))
            throw .cancelled
        }
        let fault: WebhookFault? = state.withLock { state in
            guard state.faults.isEmpty else { return state.faults.removeFirst() }
            state.calls.append(
                Call(message: message, url: url, secrets: secrets, allowsPrivate: allowingPrivate))
            return nil
        }
        if let fault { throw fault }
    }
}

extension Installation {
    /// An instance's part that calls webhooks.
    func caller(
        of receiver: any WebhookTransport, sealer: KeySealer? = nil, upkeep: UpkeepMetrics = UpkeepMetrics(.webhooks),
        database: Database? = nil, metrics: WebhookMetrics = WebhookMetrics(),
        log: any LogHandler = SwiftLogNoOpLogHandler()
    ) -> DeliverWebhooks {
        DeliverWebhooks(
            database: database ?? serviceDatabase, sealer: sealer ?? self.sealer, transport: receiver,
            logger: Logger(label: "tests") { _ in log }, metrics: metrics, upkeep: upkeep)
    }

    /// A webhook, for all events unless some are named.
    func webhook(
        _ url: String, _ types: [String] = [], of tenant: String = "shop", allowingPrivate: Bool = false
    ) async throws -> NewWebhookEndpoint {
        try await administration.createWebhook(
            tenant: tenant, url: url, eventTypes: types, allowsPrivate: allowingPrivate)
    }

    /// Has what is to be told to the endpoint to be told so many times more.
    func repeatMessages(_ count: Int, to endpoint: WebhookEndpoint) async throws {
        try await asSuperuser(
            """
            with again as (
                insert into webhook_messages (tenant_id, id, endpoint_id, event_id, type, at, user_id)
                select m.tenant_id, gen_random_uuid(), m.endpoint_id, m.event_id, m.type, m.at, m.user_id
                from webhook_messages m, generate_series(1, \(count))
                where m.endpoint_id = '\(endpoint.id.lowercaseString)'
                returning tenant_id, id
            )
            insert into deliveries (id, tenant, kind) select id, tenant_id, 'webhook' from again
            """)
    }
}
