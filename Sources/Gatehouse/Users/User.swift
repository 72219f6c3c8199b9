public import FoundationEssentials

/// A person in one tenant.
public struct User: Sendable, Equatable {
    public let id: UUID
    public let email: String
    public let emailVerified: Bool
    public let username: String?
    public let name: String?
    /// What the operator adds to the user's access tokens.
    public let claims: JSONObject
    public let isEnabled: Bool
    public let createdAt: Date
    public let updatedAt: Date
}
