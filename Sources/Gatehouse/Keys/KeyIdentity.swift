public import FoundationEssentials

/// Whose key a sealed secret is, and for what; a secret opens only under the identity it was sealed for.
public struct KeyIdentity: Sendable, Hashable {
    public let tenantID: UUID
    public let kid: String
    public let use: KeyUse

    public init(tenantID: UUID, kid: String, use: KeyUse) {
        self.tenantID = tenantID
        self.kid = kid
        self.use = use
    }
}
