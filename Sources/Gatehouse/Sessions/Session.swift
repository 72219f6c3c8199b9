public import FoundationEssentials

/// One sign-in on one device: a refresh token family, one row of `refresh_tokens`.
public struct Session: Sendable, Equatable {
    public let id: UUID
    public let userID: UUID
    public let createdAt: Date
    public let lastUsedAt: Date
    /// When it ends by itself if it isn't refreshed: the idle limit or the absolute one, whichever comes first.
    public let expiresAt: Date
    public let address: String?
    public let userAgent: String?
}
