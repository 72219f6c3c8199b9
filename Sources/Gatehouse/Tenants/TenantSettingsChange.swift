import FoundationEssentials
import Mail

/// The settings an operator names in one command; what is nil stays as it is.
public struct TenantSettingsChange: Sendable, Equatable {
    public var name: String?
    public var accessTTL: Duration?
    public var refreshTTL: Duration?
    public var sessionMaxAge: Duration?
    public var grace: Duration?
    public var reusePolicy: ReusePolicy?
    public var algorithm: SigningAlgorithm?
    /// `.some(nil)` goes back to the address of the tenant's routes, and to its slug.
    public var issuer: String??
    public var audience: String??
    public var passwordMinLength: Int?
    /// Replaces the whole list.
    public var allowedOrigins: [String]?
    public var registrationOpen: Bool?
    /// `.some(nil)` switches scheduled rotation off.
    public var rotateEvery: Duration??
    public var auditRetention: Duration?
    /// `.some(nil)` goes back to the mailbox of the service, and mails to showing the token.
    public var mailFrom: String??
    public var appURL: String??
    public var requireVerifiedEmail: Bool?
    public var emailLogin: EmailLogin?

    public init() {}

    /// The settings after this change. Throws `Refusal.invalidSetting` with the first value that can't be.
    func applied(to settings: TenantSettings) throws(Refusal) -> TenantSettings {
        var result = settings
        result.accessTTL = try lifetime(accessTTL, "access-ttl") ?? result.accessTTL
        result.refreshTTL = try lifetime(refreshTTL, "refresh-ttl") ?? result.refreshTTL
        result.sessionMaxAge = try lifetime(sessionMaxAge, "session-max-age") ?? result.sessionMaxAge
        if let grace {
            try require((.seconds(0)...(.seconds(300))).contains(grace), "grace must be from 0s to 300s.")
            result.grace = grace
        }
        result.reusePolicy = reusePolicy ?? result.reusePolicy
        result.algorithm = algorithm ?? result.algorithm
        if let issuer {
            try require(
                issuer.map { Self.isURL($0) } ?? true,
                "issuer must be an https or http URL with a host, of at most 200 characters, without user, query and fragment, or default."
            )
            result.issuer = issuer
        }
        if let audience {
            try require(
                audience.map(Self.isAudience) ?? true,
                "audience must be 1 to 200 bytes of printable characters, or default.")
            result.audience = audience
        }
        if let passwordMinLength {
            try require((8...64).contains(passwordMinLength), "password-min-length must be from 8 to 64.")
            result.passwordMinLength = passwordMinLength
        }
        if let allowedOrigins {
            result.allowedOrigins = try allowedOrigins.map { text throws(Refusal) in try Self.origin(text) }
        }
        result.registrationOpen = registrationOpen ?? result.registrationOpen
        if let rotateEvery {
            result.rotateEvery = try lifetime(rotateEvery, "rotate-every")
        }
        if let auditRetention {
            try require(auditRetention >= .seconds(86_400), "audit-retention must be at least 1d.")
            result.auditRetention = try lifetime(auditRetention, "audit-retention") ?? result.auditRetention
        }
        try applyMail(to: &result)
        return result
    }

    private func applyMail(to result: inout TenantSettings) throws(Refusal) {
        if let mailFrom { result.mailFrom = try mailFrom.map { text throws(Refusal) in try Self.mailbox(text) } }
        if let appURL {
            try require(
                appURL.map { Self.isURL($0) } ?? true,
                "app-url must be an https or http URL with a host, of at most 200 characters, without user, query and fragment, or none."
            )
            result.appURL = appURL
        }
        result.requireVerifiedEmail = requireVerifiedEmail ?? result.requireVerifiedEmail
        result.emailLogin = emailLogin ?? result.emailLogin
    }

    private static func mailbox(_ text: String) throws(Refusal) -> String {
        guard let mailbox = try? Mailbox(text) else {
            throw .invalidSetting(
                "mail-from must be like no-reply@shop.example or Shop <no-reply@shop.example>, or none.")
        }
        return mailbox.description
    }

    /// The display name after this change, or the given one.
    func appliedName(_ current: String) throws(Refusal) -> String {
        guard let name else { return current }
        try require(Self.isPrintable(name, upTo: 200), "name must be 1 to 200 printable characters.")
        return name
    }

    /// Whole seconds, from one to fifty years: what a 32-bit column and every client can hold.
    private func lifetime(_ value: Duration?, _ flag: String) throws(Refusal) -> Duration? {
        guard let value else { return nil }
        let range: ClosedRange<Duration> = .seconds(1)...(.seconds(18_250 * 86_400))
        try require(range.contains(value) && value.components.attoseconds == 0, "\(flag) must be from 1s to 18250d.")
        return value
    }

    private func require(_ holds: Bool, _ message: String) throws(Refusal) {
        guard holds else { throw .invalidSetting(message) }
    }

    private static func isPrintable(_ text: String, upTo limit: Int) -> Bool {
        !text.isEmpty && text.unicodeScalars.count <= limit
            && text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value)
            }
    }

    private static func isAudience(_ text: String) -> Bool {
        isPrintable(text, upTo: ClaimBounds.audience)
            && JSON.string(text).serialized().count <= ClaimBounds.audience + "\"\"".utf8.count
    }

    /// With a host, and without a name and password of somebody's.
    private static func isURL(_ text: String) -> Bool {
        guard isURLText(text, upTo: ClaimBounds.issuer) else { return false }
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return WebOrigin(parts.prefix(3).joined(separator: "/")) != nil
    }

    /// The characters of a URL, which has no quotation mark or backslash either (RFC 3986): they would take two bytes in a token.
    static func isURLText(_ text: String, upTo limit: Int) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count <= limit
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && PlainText.isPlain($0) } && !text.contains("?")
            && !text.contains("#")
    }

    /// An origin as browsers send it (RFC 6454, section 6.2): scheme, host and a port that isn't the scheme's own.
    private static func origin(_ text: String) throws(Refusal) -> String {
        guard let origin = WebOrigin(text) else {
            throw .invalidSetting(
                "allowed-origin must be like https://app.example or http://localhost:3000, without a path.")
        }
        return origin.text
    }
}
