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
    }

    private let state = Mutex(State())

    var calls: [Call] { state.withLock { $0.calls } }

    /// The next messages meet these, one each.
    func refuse(_ faults: WebhookFault...) {
        state.withLock { $0.faults += faults }
    }

    func post(
        _ message: WebhookMessage, to url: WebhookURL, secrets: [WebhookSecret], allowingPrivate: Bool
    ) async throws(WebhookFault) {
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
    func caller(of receiver: WebhookReceiver, sealer: KeySealer? = nil) -> DeliverWebhooks {
        DeliverWebhooks(
            database: serviceDatabase, sealer: sealer ?? self.sealer, transport: receiver,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }
}
