/// A sealed key that no master key at hand opens.
public struct UnopenedKey: Sendable, Equatable {
    public let tenant: String
    public let kid: String
    public let use: KeyUse
    public let state: KeyState
    public let failure: UnsealFailure
}

/// What sealing anew, or a look at all that is sealed, came to.
public struct MasterKeyReport: Sendable, Equatable {
    public internal(set) var keys = ResealingReport<UnopenedKey>()
    public internal(set) var webhookSecrets = ResealingReport<UnopenedWebhookSecret>()
    /// Tenants that have been looked at, and how many there are.
    public internal(set) var tenants = 0
    public internal(set) var allTenants = 0

    public var isComplete: Bool { keys.unopened.isEmpty && webhookSecrets.unopened.isEmpty }

    var hasResealedAny: Bool { keys.resealed > 0 || webhookSecrets.resealed > 0 }

    /// Adds what was done of one tenant.
    static func += (sum: inout Self, tenant: Self) {
        sum.keys += tenant.keys
        sum.webhookSecrets += tenant.webhookSecrets
        sum.tenants += 1
    }

    /// Adds what a run came to that was made just before this one.
    mutating func add(resealedBefore first: MasterKeyReport) {
        keys.add(resealedBefore: first.keys)
        webhookSecrets.add(resealedBefore: first.webhookSecrets)
    }
}
