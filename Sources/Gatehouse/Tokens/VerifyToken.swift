import FoundationEssentials
import Postgres

/// What the service would say of a token, and why.
public struct TokenVerdict: Sendable {
    public let valid: Bool
    /// Nil for a valid token.
    public let reason: TokenFault?
    /// What the token says, where its signature vouches for it.
    public let claims: JSONObject?
}

extension Administration {
    /// Judges a token as the service would at this moment, its session included.
    public func verifyToken(tenant slug: String, token: String, use: KeyUse) async throws -> TokenVerdict {
        let tenant = try await showTenant(slug)
        let sealer = try requiredSealer()
        let keys = try await database.query(KeyStatements.all, tenant.id, in: tenant.id).filter { $0.key.use == use }
            .map { (try? $0.opened(by: sealer, tenantID: tenant.id)) ?? StoredKey.Opened(key: $0.key, material: nil) }
        let ring = KeyRing(keys: keys.map(\.ringEntry))
        let now = clock.now()
        var claims: JSONObject?
        let session: UUID
        do throws(TokenFault) {
            let jws = try CompactJWS.parse(token)
            try ring.verify(jws, expecting: use == .access ? .accessToken : .refreshToken, at: now)
            claims = (try? JSON.parse(jws.payload))?.objectValue
            session = try validate(jws.payload, use, of: tenant, at: now)
        } catch {
            return TokenVerdict(valid: false, reason: error, claims: claims)
        }
        let isLive = try await database.first(SessionStatements.isLive, (tenant.id, session), in: tenant.id) ?? false
        let valid = isLive && tenant.isEnabled
        return TokenVerdict(valid: valid, reason: valid ? nil : .sessionEnded, claims: claims)
    }

    private func validate(
        _ payload: [UInt8], _ use: KeyUse, of tenant: Tenant, at now: Date
    ) throws(TokenFault) -> UUID {
        switch use {
        case .access:
            let claims = try AccessClaims(payload: payload)
            try claims.validate(
                issuer: tenant.issuer(publicURL: publicURL), audience: tenant.audience, at: now)
            return claims.sessionID
        case .refresh:
            let claims = try RefreshClaims(payload: payload)
            try claims.validate(tenantID: tenant.id, at: now)
            return claims.sessionID
        }
    }
}
