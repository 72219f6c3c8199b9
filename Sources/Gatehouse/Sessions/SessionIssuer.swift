import FoundationEssentials

/// A live session as a statement has just left it: what its tokens are made of.
struct StartedSession: Sendable {
    let id: UUID
    let generation: Int
    let createdAt: Date
    let rotatedAt: Date
    /// The database's clock at that moment.
    let now: Date
}

/// What sets a sign-in apart from a refresh.
struct SignIn: Sendable {
    /// Shown with the tokens.
    let user: User
    let passwordVersion: Int32
    /// The device it comes from, when that has been recognised; otherwise it gets an id now.
    let device: UUID?
}

/// Makes the tokens of a session: the same refresh token, byte for byte, for the same row, key and settings.
struct SessionIssuer: Sendable {
    let identifiers: IdentifierSource

    /// The tokens of a sign-in, which recognises its device from now on. Throws `keysUnavailable` when the tenant has no key to sign with.
    func issue(_ session: StartedSession, by signIn: SignIn, in served: ServedTenant) throws -> IssuedSession {
        try issue(session, to: TokenSubject(signIn.user), in: served, signIn)
    }

    /// The tokens of a refresh. Throws `keysUnavailable` when the tenant has no key to sign with.
    func issue(_ session: StartedSession, to subject: TokenSubject, in served: ServedTenant) throws -> IssuedSession {
        try issue(session, to: subject, in: served, nil)
    }

    private func issue(
        _ session: StartedSession, to subject: TokenSubject, in served: ServedTenant, _ signIn: SignIn?
    ) throws -> IssuedSession {
        let settings = served.tenant.settings
        let now = session.now.unixSeconds
        let accessTTL = Int(settings.accessTTL.components.seconds)
        let access = AccessClaims(
            issuer: served.issuer, subject: subject.id, audience: served.tenant.audience, expiresAt: now + accessTTL,
            issuedAt: now, id: identifiers.next().lowercaseString, sessionID: session.id, email: subject.email,
            emailVerified: subject.emailVerified, preferredUsername: subject.username, name: subject.name,
            extra: subject.claims)
        let expiry = Session.expiry(
            createdAt: session.createdAt, rotatedAt: session.rotatedAt, refreshTTL: settings.refreshTTL,
            maxAge: settings.sessionMaxAge
        ).unixSeconds
        let refresh = RefreshClaims(
            tenantID: served.tenant.id, sessionID: session.id, generation: session.generation,
            issuedAt: session.rotatedAt.unixSeconds, expiresAt: expiry)
        return IssuedSession(
            user: signIn?.user, sessionID: session.id,
            accessToken: try sign(access.encoded(), .accessToken, with: served.accessKeys), expiresIn: accessTTL,
            refreshToken: try sign(refresh.encoded(), .refreshToken, with: served.refreshKeys),
            refreshExpiresIn: max(0, expiry - now),
            deviceToken: try signIn.map { try deviceToken($0, at: now, in: served) })
    }

    private func deviceToken(_ signIn: SignIn, at now: Int, in served: ServedTenant) throws -> String {
        let claims = DeviceClaims(
            tenantID: served.tenant.id, subject: signIn.user.id, deviceID: signIn.device ?? identifiers.next(),
            passwordVersion: Int(signIn.passwordVersion), issuedAt: now)
        return try sign(claims.encoded(), .deviceToken, with: served.refreshKeys)
    }

    private func sign(_ payload: [UInt8], _ type: TokenType, with ring: KeyRing) throws -> String {
        guard let key = ring.signingKey else { throw Refusal.keysUnavailable }
        return try CompactJWS.sign(payload: payload, type: type, key: key)
    }
}
