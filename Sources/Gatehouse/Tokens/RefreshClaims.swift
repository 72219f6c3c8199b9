public import FoundationEssentials

/// What a refresh token says: which generation of which session it is. Nobody but Gatehouse reads it.
public struct RefreshClaims: Sendable, Equatable {
    /// How long after its expiry a token is still left to the database's clock to judge, in seconds.
    public static let expiryLeeway = 60

    public var tenantID: UUID
    public var sessionID: UUID
    public var generation: Int
    /// Seconds since 1970.
    public var issuedAt: Int
    /// Seconds since 1970.
    public var expiresAt: Int

    public init(tenantID: UUID, sessionID: UUID, generation: Int, issuedAt: Int, expiresAt: Int) {
        self.tenantID = tenantID
        self.sessionID = sessionID
        self.generation = generation
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// Reads the payload of a token whose signature has been verified. Throws `invalidClaims` unless it has exactly
    /// these claims, the generation being a non-negative integer.
    public init(payload: [UInt8]) throws(TokenFault) {
        if let own = RefreshClaims(asEncoded: payload) {
            self = own
            return
        }
        var claims = try ClaimReader(payload: payload)
        tenantID = try claims.id("tid")
        sessionID = try claims.id("sid")
        generation = try claims.nonNegative("gen")
        issuedAt = try claims.time("iat")
        expiresAt = try claims.time("exp")
        try claims.finish()
    }

    /// Reads what `encoded` writes, without looking for members in whatever order they may come. Nil for anything else, which
    /// `init(payload:)` judges as well.
    private init?(asEncoded payload: [UInt8]) {
        var text = FixedText(payload)
        guard text.skips("{\"tid\":\""), let tenant = text.id(), text.skips("\",\"sid\":\""), let session = text.id(),
            text.skips("\",\"gen\":"), let generation = text.number(), text.skips(",\"iat\":"),
            let issued = text.number(), text.skips(",\"exp\":"), let expires = text.number(), text.skips("}"),
            text.isAtEnd, max(issued, expires) <= ClaimReader.latestTime
        else { return nil }
        self.init(
            tenantID: tenant, sessionID: session, generation: generation, issuedAt: issued, expiresAt: expires)
    }

    /// The payload of the token: the same bytes for the same claims.
    public func encoded() -> [UInt8] {
        var payload = JSONObjectWriter(capacity: 192)
        payload.append("tid", tenantID)
        payload.append("sid", sessionID)
        payload.append("gen", generation)
        payload.append("iat", issuedAt)
        payload.append("exp", expiresAt)
        return payload.finished()
    }

    /// Refuses another tenant's token, by `wrongIssuer`.
    public func validate(tenantID: UUID) throws(TokenFault) {
        guard self.tenantID == tenantID else { throw .wrongIssuer }
    }

    /// Refuses what the database need not be asked about: `wrongIssuer` for another tenant's token, `expired` for one
    /// that expired more than `expiryLeeway` ago.
    public func validate(tenantID: UUID, at now: Date) throws(TokenFault) {
        try validate(tenantID: tenantID)
        guard now.unixSeconds <= expiresAt + Self.expiryLeeway else { throw .expired }
    }
}
