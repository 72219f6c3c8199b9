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
    ///
    /// Throws `keysUnavailable` where the service would answer that, and `invalidSetting` with another database's master key.
    public func verifyToken(tenant slug: String, token: String, use: KeyUse) async throws -> TokenVerdict {
        let tenant = try await showTenant(slug)
        let sealer = try requiredSealer()
        let keys = try await database.query(KeyStatements.all, tenant.id, in: tenant.id)
            .opened(by: sealer, tenantID: tenant.id).filter { $0.key.use == use }
        let ring = KeyRing(keys: keys.map(\.ringEntry))
        let now = clock.now()
        var claims: JSONObject?
        do {
            let jws = try CompactJWS.parse(token)
            guard !ring.isUnusable(jws.kid, at: now) else { throw Refusal.keysUnavailable }
            try ring.verify(jws, expecting: use == .access ? .accessToken : .refreshToken, at: now)
            claims = (try? JSON.parse(jws.payload))?.objectValue
            switch use {
            case .access: try await judgeAccess(jws.payload, of: tenant, at: now)
            case .refresh: try await judgeRefresh(jws.payload, of: tenant, at: now)
            }
        } catch let fault as TokenFault {
            return TokenVerdict(valid: false, reason: fault, claims: claims)
        }
        return TokenVerdict(valid: true, reason: nil, claims: claims)
    }

    /// As `Authenticate` does.
    private func judgeAccess(_ payload: [UInt8], of tenant: Tenant, at now: Date) async throws {
        let claims = try AccessClaims(payload: payload)
        try claims.validate(issuer: tenant.issuer(publicURL: publicURL), audience: tenant.audience, at: now)
        let asked = try await database.first(
            SessionStatements.ask, (tenant.id, [NamedSession(id: claims.sessionID, userID: claims.subject)]),
            in: tenant.id)
        guard let asked, asked.isLive, asked.tenantIsEnabled else { throw TokenFault.sessionEnded }
    }

    /// As `RefreshSession` does, without moving anything: a generation whose presentation would end the session counts
    /// as one of a session that has ended.
    private func judgeRefresh(_ payload: [UInt8], of tenant: Tenant, at now: Date) async throws {
        let claims = try RefreshClaims(payload: payload)
        try claims.validate(tenantID: tenant.id, at: now)
        let row = try await database.first(RotateRefreshToken.look, (tenant.id, claims.sessionID), in: tenant.id)
        guard let row else { throw TokenFault.sessionEnded }
        switch row.state.outcome(presenting: claims.generation) {
        case .rotates, .repeatsSuccessor, .repeatsUnusedSuccessor: return
        case .reuse, .sessionEnded, .tenantGone: throw TokenFault.sessionEnded
        case .unknownGeneration: throw TokenFault.invalidClaims
        case .expired: throw TokenFault.expired
        }
    }
}
