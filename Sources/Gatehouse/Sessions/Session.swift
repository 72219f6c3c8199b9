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

/// Where a request comes from.
public struct ClientInfo: Sendable {
    /// The address as text, after trusted proxies.
    public let address: String
    /// At most 512 code points of what the client calls itself.
    public let userAgent: String?
    /// What the client would like to be written to in.
    public let language: MailLocale?

    public init(address: String, userAgent: String?, language: MailLocale? = nil) {
        self.address = address
        self.language = language
        self.userAgent = userAgent.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(512))) }
    }
}

/// Who a request is made by: a user, by a live session of theirs.
public struct SignedIn: Sendable {
    public let user: User
    public let sessionID: UUID
}

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

/// By what somebody signed in, as the audit trail says it.
enum SignInMethod: String {
    case password
    case emailLink = "email_link"
    case emailCode = "email_code"
}

/// Why a session ended before its time, as its row says.
enum EndReason: String {
    case loggedOut = "logged_out"
    case passwordChanged = "password_changed"
    case passwordReset = "password_reset"
    case emailChangeUndone = "email_change_undone"
    case userDisabled = "user_disabled"
    case revokedByUser = "revoked_by_user"
    case revokedByClient = "revoked_by_client"
    case revokedByOperator = "revoked_by_operator"
    case refreshTokenReused = "refresh_token_reused"
    case keysRevoked = "keys_revoked"
}
