public import FoundationEssentials

/// What a device token says: that somebody has signed in as this user from this device before, while the user had the password of
/// that version. It opens nothing and proves nothing else; it buys a guessing budget of the device's own.
public struct DeviceClaims: Sendable, Equatable {
    /// How long a device is recognised after its last sign-in: what browsers keep a cookie for at most, in seconds.
    public static let lifetime = 400 * 86_400

    public var tenantID: UUID
    /// The user's id.
    public var subject: UUID
    /// The device's own id, which stays the same from one sign-in to the next.
    public var deviceID: UUID
    /// Which password of the user's it was, counted from their first; an account without one stays at that number.
    public var passwordVersion: Int
    /// Seconds since 1970.
    public var issuedAt: Int

    public var expiresAt: Int { issuedAt + Self.lifetime }

    public init(tenantID: UUID, subject: UUID, deviceID: UUID, passwordVersion: Int, issuedAt: Int) {
        self.tenantID = tenantID
        self.subject = subject
        self.deviceID = deviceID
        self.passwordVersion = passwordVersion
        self.issuedAt = issuedAt
    }

    /// Reads the payload of a token whose signature has been verified. Throws `invalidClaims` unless it has exactly these
    /// claims.
    public init(payload: [UInt8]) throws(TokenFault) {
        var claims = try ClaimReader(payload: payload)
        tenantID = try claims.id("tid")
        subject = try claims.id("sub")
        deviceID = try claims.id("did")
        passwordVersion = try claims.nonNegative("pwv")
        issuedAt = try claims.time("iat")
        let expiresAt = try claims.time("exp")
        try claims.finish()
        guard expiresAt == self.expiresAt else { throw .invalidClaims }
    }

    public func encoded() -> [UInt8] {
        var payload = JSONObjectWriter(capacity: 224)
        payload.append("tid", tenantID)
        payload.append("sub", subject)
        payload.append("did", deviceID)
        payload.append("pwv", passwordVersion)
        payload.append("iat", issuedAt)
        payload.append("exp", expiresAt)
        return payload.finished()
    }

    /// Refuses another tenant's token and one that has expired.
    public func validate(tenantID: UUID, at now: Date) throws(TokenFault) {
        guard self.tenantID == tenantID else { throw .wrongIssuer }
        guard now.unixSeconds < expiresAt else { throw .expired }
    }
}
