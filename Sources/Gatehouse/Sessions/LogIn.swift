import FoundationEssentials
import Logging
import Postgres

/// How a person names themselves at sign-in, as typed.
public enum LogInName: Sendable {
    case email(String)
    case username(String)
}

/// A person signs in with a password.
public struct LogIn: Sendable {
    let database: Database
    let hasher: PasswordHasher
    let identifiers: IdentifierSource
    let guesses: GuessGuard
    let logger: Logger

    /// A new session. A wrong password, an unknown name and a disabled user are all `invalidCredentials`, after the same
    /// work. Throws `tooManyAttempts` without hashing when a guessing budget is used up, and `overloaded`.
    public func callAsFunction(
        _ name: LogInName, password: Password, from client: ClientInfo, in served: ServedTenant
    ) async throws -> IssuedSession {
        let tenant = served.tenant.id
        try served.requireSigningKeys()
        let stored = try await find(name, in: tenant)
        let account = GuessedAccount(stored?.user.id, orElse: name, in: tenant)
        let attempt = try await guesses.begin(on: account, from: client, in: tenant)
        let upgrade = try await guesses.judging(attempt) { try await verify(password, of: stored, in: tenant) }
        guard let stored, stored.user.isEnabled, let upgrade else {
            throw try await database.refusal(.invalidCredentials, in: tenant)
        }
        await guesses.giveBack(attempt)
        if upgrade { try await upgradeHash(of: stored, to: password, in: tenant) }
        let session = NewSession(tenant: tenant, id: identifiers.next(), userID: stored.user.id, client: client)
        guard
            let started = try await database.first(
                SessionStatements.start, (session, stored.passwordVersion), in: tenant)
        else { throw try await database.refusal(.invalidCredentials, in: tenant) }
        return try SessionIssuer(identifiers: identifiers).issue(
            started, to: stored.user, in: served, showingUser: true)
    }

    private func find(_ name: LogInName, in tenant: UUID) async throws -> StoredUser? {
        switch name {
        case .email(let text):
            try await database.first(UserStatements.byEmail, (tenant, String(text.trimmingASCIISpace())), in: tenant)
        case .username(let text):
            try await database.first(UserStatements.byUsername, (tenant, text), in: tenant)
        }
    }

    /// Whether the hash is to be upgraded, or nil when the password isn't theirs. Where there is no hash, one is verified
    /// all the same, so that the time tells nothing.
    private func verify(_ password: Password, of stored: StoredUser?, in tenant: UUID) async throws -> Bool? {
        do throws(HashingFailure) {
            guard let hash = stored?.passwordHash else {
                try await hasher.verifyNothing(password, for: tenant)
                return nil
            }
            switch try await hasher.verify(password, against: hash, for: tenant) {
            case .matches(let upgrade): return upgrade
            case .differs: return nil
            case .unsupported:
                logger.error(
                    "A stored password hash can't be verified: its scheme is unknown or its cost above the ceiling.",
                    metadata: ["user_id": "\(stored?.user.id.lowercaseString ?? "")"])
                return nil
            }
        } catch {
            throw try error.refusal()
        }
    }

    private func upgradeHash(of stored: StoredUser, to password: Password, in tenant: UUID) async throws {
        let hash = try await hasher.hashOrRefuse(password, for: tenant)
        try await database.execute(
            UserStatements.upgradeHash, (tenant, stored.user.id, stored.passwordVersion, hash), in: tenant)
    }
}
