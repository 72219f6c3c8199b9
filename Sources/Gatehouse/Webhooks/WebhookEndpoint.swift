public import FoundationEssentials
public import Webhooks

/// Where a tenant is told of what happens to its users.
public struct WebhookEndpoint: Sendable {
    public let id: UUID
    public let url: WebhookURL
    /// Which events, by their names in the audit trail; empty for all that are about a user.
    public let eventTypes: [String]
    /// Whether the address may be one that only this network reaches.
    public let allowsPrivate: Bool
    public let isEnabled: Bool
    public let createdAt: Date
}

/// An endpoint that has just been made: the one time its secret is shown.
public struct NewWebhookEndpoint: Sendable {
    public let endpoint: WebhookEndpoint
    public let secret: WebhookSecret
}

/// An event on its way to an endpoint, as an operator sees it.
public struct WebhookAttempt: Sendable {
    public enum State: String, Sendable {
        case waiting, delivered, dead
    }

    public let id: UUID
    public let endpointID: UUID
    public let type: String
    public let userID: UUID
    public let at: Date
    public let state: State
    /// How many there have been; nil for what is over, of which it isn't kept.
    public let attempts: Int?
    /// A code such as `http_503`, `connect` or `secret_unavailable`.
    public let failure: String?
    /// When it will be tried next; nil unless it waits.
    public let dueAt: Date?
}

/// Whose secret a sealed one is.
struct WebhookSecretIdentity: SealedIdentity {
    let tenantID: UUID
    let endpointID: UUID

    /// No signing key has this use.
    var context: [String] { [endpointID.lowercaseString, "webhook"] }
}
