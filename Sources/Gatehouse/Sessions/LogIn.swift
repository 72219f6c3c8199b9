import FoundationEssentials
import Postgres

/// How a person names themselves at sign-in, as typed.
public enum LogInName: Sendable {
    case email(TypedEmail)
    case username(String)
}

/// A person signs in with a password.
public struct LogIn: Sendable {
    let database: Database
    let directory: TenantDirectory
    let passwords: PasswordCheck
    let identifiers: IdentifierSource
    let guesses: GuessGuard
    let failures: FailedAttempts
    let devices: RecogniseDevice
    let metrics: SessionMetrics

    /// A new session. A wrong password, an unknown name and a disabled user are all `invalidCredentials`, after the same
    /// work. Throws `tooManyAttempts` without hashing when a guessing budget is used up, `emailNotVerified` where the tenant
    /// requires that and the password is right, `overloaded`, and `keysUnavailable`.
    ///
    /// - Parameter deviceToken: From an earlier sign-in on this device. With a good one the attempt counts against the
    ///   budgets of devices, with one from before a change of the password against what such tokens have together; any other is as
    ///   good as none.
    public func callAsFunction(
        _ name: LogInName, password: Password, deviceToken: String? = nil, from client: ClientInfo,
        in served: ServedTenant
    ) async throws -> IssuedSession {
        do {
            let session = try await signIn(name, password, deviceToken, from: client, in: served)
            metrics.logIns.count(.succeeded, in: served.tenant)
            return session
        } catch {
            metrics.logIns.count(CountedLogIn(error), in: served.tenant)
            throw error
        }
    }

    private func signIn(
        _ name: LogInName, _ password: Password, _ deviceToken: String?, from client: ClientInfo,
        in served: ServedTenant
    ) async throws -> IssuedSession {
        let tenant = served.tenant.id
        try served.requireSigningKeys()
        let claimed = devices(deviceToken, in: served)
        if claimed == nil { try guesses.checkSource(of: client) }
        let stored = try await find(name, in: tenant)
        let device = stored.flatMap { claimed?.device(of: $0.user.id, passwordVersion: $0.passwordVersion) }
        let account = GuessedAccount(stored?.user.id, orElse: name, in: tenant)
        let attempt = try await guesses.begin(on: account, by: device, from: client, in: tenant)
        let match = try await guesses.judging(attempt) { try await passwords.check(password, of: stored, in: tenant) }
        guard let stored, stored.user.isEnabled, let match else {
            try await failures.record(
                .logInFailed, on: account, of: stored?.user.id, because: Self.reason(stored), from: client,
                in: tenant)
            throw Refusal.invalidCredentials
        }
        await guesses.giveBack(attempt)
        try await requireVerifiedAddress(of: stored.user, from: client, in: served.tenant)
        if match.wantsUpgrade { await upgradeHash(of: stored, to: password, in: tenant) }
        return try await sessionOf(stored, name, device: device?.recognised?.deviceID, from: client, in: served)
    }

    /// Only whoever knows the password is told.
    private func requireVerifiedAddress(of user: User, from client: ClientInfo, in tenant: Tenant) async throws {
        guard tenant.settings.requireVerifiedEmail, !user.emailVerified else { return }
        try await failures.record(
            .logInFailed, on: GuessedAccount(user.id, in: tenant.id), of: user.id, because: "email_not_verified",
            from: client, in: tenant.id)
        throw Refusal.emailNotVerified
    }

    private static func reason(_ stored: StoredUser?) -> String {
        guard let stored else { return "unknown_account" }
        return stored.user.isEnabled ? "wrong_password" : "user_disabled"
    }

    /// Hashing takes its time, and may have waited for its turn: the tokens say of the user what holds when the session begins, and
    /// are signed by the keys that sign when it has begun.
    private func sessionOf(
        _ stored: StoredUser, _ name: LogInName, device: UUID?, from client: ClientInfo, in served: ServedTenant
    ) async throws -> IssuedSession {
        let tenant = served.tenant.id
        let session = NewSession(
            tenant: tenant, id: identifiers.next(), userID: stored.user.id,
            stamp: EventStamp(id: identifiers.next(), client: client))
        guard
            let (user, started) = try await database.first(
                SessionStatements.start,
                SessionStatements.Start(
                    session: session, name: name, passwordVersion: stored.passwordVersion,
                    deviceIsRecognised: device != nil), in: tenant)
        else { throw try await database.refusal(.invalidCredentials, in: tenant) }
        return try SessionIssuer(identifiers: identifiers).issue(
            started, by: SignIn(user: user, passwordVersion: stored.passwordVersion, device: device),
            in: try await directory.current(served))
    }

    private func find(_ name: LogInName, in tenant: UUID) async throws -> StoredUser? {
        switch name {
        case .email(let email):
            try await database.first(UserStatements.byEmail, (tenant, email), in: tenant)
        case .username(let text):
            try await database.first(UserStatements.byUsername, (tenant, text), in: tenant)
        }
    }

    /// The right password under a hash as strong as configured; on a busy service that waits for the next login.
    private func upgradeHash(of stored: StoredUser, to password: Password, in tenant: UUID) async {
        guard let hash = try? await passwords.hasher.hash(password, for: tenant) else { return }
        _ = try? await database.execute(
            UserStatements.upgradeHash, (tenant, stored.user.id, stored.passwordVersion, hash), in: tenant)
    }
}
