public import FoundationEssentials

/// What an access token says (RFC 9068, with the user's profile and the operator's own claims).
public struct AccessClaims: Sendable, Equatable {
    public var issuer: String
    /// The user's id.
    public var subject: UUID
    public var audience: String
    /// Seconds since 1970.
    public var expiresAt: Int
    /// Seconds since 1970.
    public var issuedAt: Int
    /// Seconds since 1970; Gatehouse itself never sets it, but honours it in a token signed with an exported key.
    public var notBefore: Int?
    /// The token's own id, `jti`.
    public var id: String
    public var sessionID: UUID
    public var email: String
    public var emailVerified: Bool
    public var preferredUsername: String?
    public var name: String?
    /// The operator's claims for the user. Names that Gatehouse sets itself are left out when the token is made.
    public var extra: JSONObject

    public init(
        issuer: String, subject: UUID, audience: String, expiresAt: Int, issuedAt: Int, id: String, sessionID: UUID,
        email: String, emailVerified: Bool, preferredUsername: String? = nil, name: String? = nil,
        extra: JSONObject = [:]
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.id = id
        self.sessionID = sessionID
        self.email = email
        self.emailVerified = emailVerified
        self.preferredUsername = preferredUsername
        self.name = name
        self.extra = extra
    }

    /// Reads the payload of a token whose signature has been verified.
    ///
    /// Throws `invalidClaims` when a claim is missing or not of its type: `aud` must be a string, times whole seconds
    /// before the year 10000, `sub` and `sid` lower-case UUIDs.
    public init(payload: [UInt8]) throws(TokenFault) {
        var claims = try ClaimReader(payload: payload)
        issuer = try claims.text("iss")
        subject = try claims.id("sub")
        audience = try claims.text("aud")
        expiresAt = try claims.time("exp")
        issuedAt = try claims.time("iat")
        notBefore = try claims.optionalTime("nbf")
        id = try claims.text("jti")
        sessionID = try claims.id("sid")
        email = try claims.text("email")
        emailVerified = try claims.bool("email_verified")
        preferredUsername = try claims.optionalText("preferred_username")
        name = try claims.optionalText("name")
        extra = claims.remaining
    }

    /// The payload of the token.
    public func encoded() -> [UInt8] {
        var payload = JSONObjectWriter(capacity: 512)
        payload.append("iss", issuer)
        payload.append("sub", subject)
        payload.append("aud", audience)
        payload.append("exp", expiresAt)
        payload.append("iat", issuedAt)
        if let notBefore { payload.append("nbf", notBefore) }
        payload.append("jti", id)
        payload.append("sid", sessionID)
        payload.append("email", email)
        payload.append("email_verified", emailVerified)
        if let preferredUsername { payload.append("preferred_username", preferredUsername) }
        if let name { payload.append("name", name) }
        for member in extra.members where !Self.ownNames.contains(member.name) {
            payload.append(named: member.name, member.value)
        }
        return payload.finished()
    }

    /// Judges the claims for one tenant at one time, in the order of `TokenFault`.
    ///
    /// `leeway` (seconds) is for the clock of another machine that has issued the token; none is given to a token that
    /// has expired.
    public func validate(issuer: String, audience: String, at now: Date, leeway: Int = 60) throws(TokenFault) {
        let now = now.unixSeconds
        guard self.issuer.hasSameCodePoints(as: issuer) else { throw .wrongIssuer }
        guard self.audience.hasSameCodePoints(as: audience) else { throw .wrongAudience }
        guard max(issuedAt, notBefore ?? 0) <= now + leeway else { throw .notYetValid }
        guard now < expiresAt else { throw .expired }
    }
}
