public import FoundationEssentials

/// What a device token says: this device has signed in as this user before. It proves nothing else.
public struct DeviceClaims: Sendable, Equatable {
    public var tenantID: UUID
    /// The user's id, `sub`.
    public var userID: UUID
    /// The device's own id, `jti`, by which its failed attempts are counted.
    public var deviceID: UUID
    /// Seconds since 1970.
    public var issuedAt: Int
    /// Seconds since 1970.
    public var expiresAt: Int

    public init(tenantID: UUID, userID: UUID, deviceID: UUID, issuedAt: Int, expiresAt: Int) {
        self.tenantID = tenantID
        self.userID = userID
        self.deviceID = deviceID
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// Reads the payload of a token whose signature has been verified. Throws `invalidClaims` unless it has exactly
    /// these claims.
    public init(payload: [UInt8]) throws(TokenFault) {
        var claims = try ClaimReader(payload: payload)
        tenantID = try claims.id("tid")
        userID = try claims.id("sub")
        deviceID = try claims.id("jti")
        issuedAt = try claims.time("iat")
        expiresAt = try claims.time("exp")
        try claims.finish()
    }

    /// The payload of the token.
    public func encoded() -> [UInt8] {
        var payload = JSONObjectWriter(capacity: 192)
        payload.append("tid", tenantID.lowercaseString)
        payload.append("sub", userID.lowercaseString)
        payload.append("jti", deviceID.lowercaseString)
        payload.append("iat", issuedAt)
        payload.append("exp", expiresAt)
        return payload.finished()
    }

    /// Throws `wrongIssuer` for another tenant's token and `expired` for one whose time is over.
    public func validate(tenantID: UUID, at now: Date) throws(TokenFault) {
        guard self.tenantID == tenantID else { throw .wrongIssuer }
        guard Int(now.timeIntervalSince1970.rounded(.down)) < expiresAt else { throw .expired }
    }
}
