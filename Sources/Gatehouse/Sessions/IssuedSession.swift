public import FoundationEssentials

/// What a sign-in or a refresh answers.
public struct IssuedSession: Sendable, Redacted {
    /// Nil for a refresh.
    public let user: User?
    public let sessionID: UUID
    public let accessToken: String
    /// Seconds.
    public let expiresIn: Int
    public let refreshToken: String
    /// Seconds.
    public let refreshExpiresIn: Int
    /// By which the device is recognised at its next sign-in; nil for a refresh, which isn't one.
    public let deviceToken: String?
}
