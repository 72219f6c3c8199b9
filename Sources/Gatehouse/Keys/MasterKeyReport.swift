/// A sealed key that no master key at hand opens.
public struct UnopenedKey: Sendable, Equatable {
    public let tenant: String
    public let kid: String
    public let use: KeyUse
    public let state: KeyState
    public let failure: UnsealFailure
}

/// What sealing anew, or a look at all sealed keys, came to.
public struct MasterKeyReport: Sendable, Equatable {
    /// Keys looked at.
    public internal(set) var keys = 0
    /// Of these, keys that have been sealed anew under the sealing master key; for a look, or a dry run, that are to be.
    public internal(set) var resealed = 0
    /// Keys that were sealed under the sealing master key already.
    public internal(set) var unchanged = 0
    /// Revoked keys that no master key at hand opens, which is nobody's trouble.
    public internal(set) var unopenedRevoked = 0
    /// Other keys that no master key at hand opens; they are left as they are.
    public internal(set) var unopened: [UnopenedKey] = []
    /// What else is sealed.
    public internal(set) var webhookSecrets = WebhookSecretReport()
    /// Tenants that have been looked at, and how many there are.
    public internal(set) var tenants = 0
    public internal(set) var allTenants = 0

    public var isComplete: Bool { unopened.isEmpty && webhookSecrets.unopened.isEmpty }

    var hasResealedAny: Bool { resealed > 0 || webhookSecrets.resealed > 0 }

    /// Adds what a run came to that was made just before this one: what it has sealed anew is unchanged to this one.
    mutating func add(resealedBefore first: MasterKeyReport) {
        resealed += first.resealed
        unchanged = max(0, unchanged - first.resealed)
        webhookSecrets.resealed += first.webhookSecrets.resealed
        webhookSecrets.unchanged = max(0, webhookSecrets.unchanged - first.webhookSecrets.resealed)
    }
}
