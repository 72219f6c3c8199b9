public import FoundationEssentials

/// A token that is worth something at this moment, as an API client is told of it (RFC 7662, section 2.2).
///
/// It says what every resource server needs and no more: who wants the user's profile or claims reads the token itself.
public struct ActiveToken: Sendable, Equatable {
    public enum Use: String, Sendable {
        case access = "access_token"
        case refresh = "refresh_token"
    }

    /// Which of the two it is: a resource server must let nobody in by a refresh token.
    public let use: Use
    public let issuer: String
    /// The user's id.
    public let subject: UUID
    /// Nil for a refresh token, which is for Gatehouse alone.
    public let audience: String?
    /// Seconds since 1970.
    public let expiresAt: Int
    /// Seconds since 1970.
    public let issuedAt: Int
    /// Nil for a refresh token.
    public let id: String?
    public let sessionID: UUID
    /// The user's present one, if they have one.
    public let username: String?

    /// Nil when the user isn't the session's, or the session is over.
    init?(_ claims: AccessClaims, in session: InquiredSession) {
        guard session.state.isLive, session.userID == claims.subject else { return nil }
        use = .access
        issuer = claims.issuer
        subject = claims.subject
        audience = claims.audience
        expiresAt = claims.expiresAt
        issuedAt = claims.issuedAt
        id = claims.id
        sessionID = claims.sessionID
        username = session.username
    }

    /// Nil unless presenting the token now would be answered with tokens: it is the live generation, or the one before while
    /// that still gets its successor.
    init?(_ claims: RefreshClaims, in session: InquiredSession, issuer: String) {
        switch session.state.outcome(presenting: claims.generation) {
        case .rotates, .repeatsSuccessor, .repeatsUnusedSuccessor: break
        case .reuse, .unknownGeneration, .sessionEnded, .expired, .tenantGone: return nil
        }
        use = .refresh
        self.issuer = issuer
        subject = session.userID
        audience = nil
        // The session may have been given another lifetime since the token was made.
        expiresAt = min(claims.expiresAt, session.state.expiresAt.unixSeconds)
        issuedAt = claims.issuedAt
        id = nil
        sessionID = claims.sessionID
        username = session.username
    }
}
