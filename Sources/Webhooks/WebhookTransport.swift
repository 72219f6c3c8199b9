/// A way for webhooks to reach their receivers.
public protocol WebhookTransport: Sendable {
    /// Makes one attempt, and returns when the receiver has answered with 2xx. Cancelling the task ends it with
    /// ``WebhookFault/cancelled``.
    ///
    /// - Parameters:
    ///   - secrets: Each signs, so that a receiver may hold the old one while a new one is introduced. At least one.
    ///   - allowingPrivate: Whether the URL may lead to this machine or a private network.
    func post(
        _ message: WebhookMessage, to url: WebhookURL, secrets: [WebhookSecret], allowingPrivate: Bool
    ) async throws(WebhookFault)
}
