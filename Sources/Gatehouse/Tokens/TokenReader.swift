import FoundationEssentials

/// What a token says, and the tenant as it was when that was believed: perhaps newer than what the request came with.
struct VerifiedToken<Claims> {
    let claims: Claims
    let served: ServedTenant
}

/// Tokens as they come in with a request, to claims that can be relied on: signature, type, tenant and time verified.
struct TokenReader: Sendable {
    let directory: TenantDirectory
    let clock: Clock
    private let known = VerifiedTokens()

    init(directory: TenantDirectory, clock: Clock) {
        self.directory = directory
        self.clock = clock
    }

    /// Throws `Refusal.tokenExpired`, `Refusal.invalidToken`, or `Refusal.keysUnavailable` when its key can't be opened.
    nonisolated(nonsending) func access(
        _ token: String, in served: ServedTenant
    ) async throws -> VerifiedToken<AccessClaims> {
        guard token.utf8.count <= CompactJWS.maximumLength else { throw Refusal.invalidToken }
        let digest = VerifiedTokens.Digest(of: token)
        let now = clock.now()
        if let claims = known.claims(of: digest, by: served.accessKeys, at: now) {
            do throws(TokenFault) {
                try claims.validate(issuer: served.issuer, audience: served.tenant.audience, at: now)
            } catch {
                throw Refusal(error)
            }
            return VerifiedToken(claims: claims, served: served)
        }
        return try await verified(token, .accessToken, in: served, using: \.accessKeys) {
            jws, served, now throws(TokenFault) in
            try served.accessKeys.verify(jws, expecting: .accessToken, at: now)
            let claims = try AccessClaims(payload: jws.payload)
            try claims.validate(issuer: served.issuer, audience: served.tenant.audience, at: now)
            known.remember(digest, says: claims, signedWith: jws.kid, in: served.accessKeys)
            return claims
        }
    }

    /// Throws `Refusal.tokenExpired`, `Refusal.invalidToken`, or `Refusal.keysUnavailable` when its key can't be opened.
    ///
    /// - Parameter evenExpired: Whether a token whose time is over counts as well. That is the time of its generation: the
    ///   session goes on by later ones, or by a longer lifetime set since.
    nonisolated(nonsending) func refresh(
        _ token: String, in served: ServedTenant, evenExpired: Bool = false
    ) async throws -> VerifiedToken<RefreshClaims> {
        try await verified(token, .refreshToken, in: served, using: \.refreshKeys) {
            jws, served, now throws(TokenFault) in
            try served.refreshKeys.verify(jws, expecting: .refreshToken, at: now)
            let claims = try RefreshClaims(payload: jws.payload)
            if evenExpired {
                try claims.validate(tenantID: served.tenant.id)
            } else {
                try claims.validate(tenantID: served.tenant.id, at: now)
            }
            return claims
        }
    }

    /// A key this instance doesn't know may have been made a moment ago by another: the tenant is read again for it.
    nonisolated(nonsending) private func verified<Claims>(
        _ token: String, _ type: TokenType, in served: ServedTenant, using ring: KeyPath<ServedTenant, KeyRing>,
        by verify: (CompactJWS, ServedTenant, Date) throws(TokenFault) -> Claims
    ) async throws -> VerifiedToken<Claims> {
        let jws: CompactJWS
        do throws(TokenFault) {
            jws = try CompactJWS.parse(token, probablyBy: served[keyPath: ring], as: type)
            do throws(TokenFault) {
                return VerifiedToken(claims: try verify(jws, served, clock.now()), served: served)
            } catch {
                guard error == .unknownKey else { throw error }
            }
        } catch {
            throw Refusal(error)
        }
        // The token may well be ours: nobody is told that it isn't because a key can't be opened here.
        let isUnusable = { (served: ServedTenant) in served[keyPath: ring].isUnusable(jws.kid, at: clock.now()) }
        guard !isUnusable(served) else { throw Refusal.keysUnavailable }
        let reread = try await directory.reread(served)
        guard !isUnusable(reread) else { throw Refusal.keysUnavailable }
        do throws(TokenFault) {
            return VerifiedToken(claims: try verify(jws, reread, clock.now()), served: reread)
        } catch {
            throw Refusal(error)
        }
    }
}

extension Refusal {
    /// What a caller is told of a token's fault: that it has expired, and otherwise only that it isn't valid.
    init(_ fault: TokenFault) {
        self =
            switch fault {
            case .expired: .tokenExpired
            case .sessionEnded: .sessionEnded
            default: .invalidToken
            }
    }
}
