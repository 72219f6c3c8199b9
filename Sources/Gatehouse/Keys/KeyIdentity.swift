public import FoundationEssentials

/// What a sealed secret is authenticated with, so that it opens in no other place.
public protocol SealedIdentity: Sendable {
    var tenantID: UUID { get }
    /// Tells it from every other secret of the tenant.
    var context: [String] { get }
}

/// Whose key a sealed secret is, and for what; a secret opens only under the identity it was sealed for.
public struct KeyIdentity: SealedIdentity, Sendable, Hashable {
    public let tenantID: UUID
    public let kid: String
    public let use: KeyUse

    public init(tenantID: UUID, kid: String, use: KeyUse) {
        self.tenantID = tenantID
        self.kid = kid
        self.use = use
    }

    public var context: [String] { [kid, use.rawValue] }
}
