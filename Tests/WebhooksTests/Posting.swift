import FoundationEssentials

@testable import Webhooks

extension WebhookMessage {
    static let ping = WebhookMessage(
        id: "msg_1", timestamp: Date(timeIntervalSince1970: 1_800_000_000.9), body: Array(#"{"type":"ping"}"#.utf8))
}

extension WebhookClient {
    /// Posts a message and shuts down; why it was not taken, if it wasn't.
    func fault(
        postingTo url: String, allowingPrivate: Bool = true, secrets: [WebhookSecret] = [.generate()]
    ) async throws -> WebhookFault? {
        let url = try WebhookURL(url)
        var fault: WebhookFault?
        do {
            try await post(.ping, to: url, secrets: secrets, allowingPrivate: allowingPrivate)
        } catch let thrown {
            fault = thrown
        }
        await shutdown()
        return fault
    }
}
