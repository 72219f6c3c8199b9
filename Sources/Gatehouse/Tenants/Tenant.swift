public import FoundationEssentials

/// One app's isolated world: its users, sessions, keys and settings.
public struct Tenant: Sendable, Equatable {
    public let id: UUID
    public let slug: String
    public let name: String
    public let settings: TenantSettings
    public let isEnabled: Bool
    public let createdAt: Date

    /// The `iss` of the tenant's access tokens: its setting, else where its routes hang.
    public func issuer(publicURL: String) -> String {
        settings.issuer ?? "\(publicURL)/t/\(slug)"
    }

    /// In bytes: every tenant's default issuer leaves an access token room in its cookie.
    public static var longestPublicURL: Int { ClaimBounds.issuer - "/t/".utf8.count - TenantSlug.longest }

    /// The `aud` of the tenant's access tokens: its setting, else its slug.
    public var audience: String { settings.audience ?? slug }
}

/// What an older generation of a refresh token means once the grace is over.
public enum ReusePolicy: String, Sendable, CaseIterable {
    /// Theft or a broken client: the session ends.
    case strict
    /// The previous generation is answered until its successor has been used.
    case untilUsed = "until_used"
}

/// Whether people can sign in by a mail, and what stands in it.
public enum EmailLogin: String, Sendable, CaseIterable {
    case off
    case link
    case code
}

/// What an operator can set for a tenant.
public struct TenantSettings: Sendable, Equatable {
    public var accessTTL: Duration
    /// How long a session lives without being refreshed.
    public var refreshTTL: Duration
    /// How long a session lives at most, counted from sign-in.
    public var sessionMaxAge: Duration
    public var grace: Duration
    public var reusePolicy: ReusePolicy
    /// What the tenant's access keys are made for; refresh keys are always HS256.
    public var algorithm: SigningAlgorithm
    public var issuer: String?
    public var audience: String?
    public var passwordMinLength: Int
    public var allowedOrigins: [String]
    public var registrationOpen: Bool
    public var rotateEvery: Duration?
    /// How long the events of the audit trail are kept.
    public var auditRetention: Duration
    /// The mailbox that mails come from, `Shop <no-reply@shop.example>`.
    public var mailFrom: String?
    /// Where the links in mails lead: the app's page, to which `?token=…` is added.
    public var appURL: String?
    /// Whether nobody signs in before they have shown that their address is theirs.
    public var requireVerifiedEmail: Bool
    public var emailLogin: EmailLogin

    public static let standard = TenantSettings(
        accessTTL: .seconds(900), refreshTTL: .seconds(30 * 86_400), sessionMaxAge: .seconds(180 * 86_400),
        grace: .seconds(60), reusePolicy: .strict, algorithm: .es256, issuer: nil, audience: nil, passwordMinLength: 8,
        allowedOrigins: [], registrationOpen: true, rotateEvery: nil, auditRetention: .seconds(365 * 86_400),
        mailFrom: nil, appURL: nil, requireVerifiedEmail: false, emailLogin: .off)
}
