import FoundationEssentials
import Postgres

/// A person signs in by what was mailed to them, where the tenant lets its users do so.
public struct LogInByMail: Sendable {
    let database: Database
    let directory: TenantDirectory
    let redeem: RedeemOneTimeToken
    let identifiers: IdentifierSource
    let devices: RecogniseDevice
    let metrics: SessionMetrics

    /// A new session; the address is verified by it. Throws `invalidToken`, also for a token where the tenant's mails hold codes and
    /// the other way round, `tooManyAttempts`, `keysUnavailable`.
    ///
    /// - Parameter deviceToken: As for a sign-in with a password.
    public func callAsFunction(
        _ proof: OneTimeProof, deviceToken: String?, from client: ClientInfo, in served: ServedTenant
    ) async throws -> IssuedSession {
        do {
            let session = try await signIn(proof, deviceToken, from: client, in: served)
            metrics.logIns.count(.succeeded, in: served.tenant)
            return session
        } catch {
            metrics.logIns.count(CountedLogIn(error), in: served.tenant)
            throw error
        }
    }

    private func signIn(
        _ proof: OneTimeProof, _ deviceToken: String?, from client: ClientInfo, in served: ServedTenant
    ) async throws -> IssuedSession {
        try served.requireSigningKeys()
        guard served.tenant.settings.emailLogin.takes(proof) else { throw Refusal.invalidToken }
        let claimed = devices(deviceToken, in: served)
        let token = try await redeem.find(proof, for: .logIn, device: claimed, from: client, in: served)
        let (signIn, started) = try await start(token, device: claimed, from: client, in: served.tenant.id)
        return try SessionIssuer(identifiers: identifiers).issue(
            started, by: signIn, in: try await directory.current(served))
    }

    private func start(
        _ token: LiveToken, device claimed: DeviceClaims?, from client: ClientInfo, in tenant: UUID
    ) async throws -> (SignIn, StartedSession) {
        let session = NewSession(
            tenant: tenant, id: identifiers.next(), userID: token.user.id,
            stamp: EventStamp(id: identifiers.next(), client: client))
        let starting = token.method == .link ? SessionStatements.startByLink : SessionStatements.startByCode
        return try await database.transaction(in: tenant, refusing: .invalidToken) { transaction in
            let used = try await redeem.useUp(token, in: transaction, of: tenant)
            let device = claimed?.device(of: used.user, passwordVersion: used.passwordVersion)?.recognised
            guard used.isOwnAddress,
                try await transaction.first(UserStatements.verifyEmail, (tenant, used.user)) != nil,
                let (user, started) = try await transaction.first(
                    starting,
                    SessionStatements.Start(
                        session: session, name: nil, passwordVersion: used.passwordVersion,
                        deviceIsRecognised: device != nil))
            else { throw Refusal.invalidToken }
            let signIn = SignIn(user: user, passwordVersion: used.passwordVersion, device: device?.deviceID)
            return (signIn, started)
        }
    }
}

extension EmailLogin {
    /// Whether that is what the tenant's mails hold.
    fileprivate func takes(_ proof: OneTimeProof) -> Bool {
        switch (self, proof) {
        case (.link, .token), (.code, .code): true
        case (.off, _), (.link, .code), (.code, .token): false
        }
    }
}
