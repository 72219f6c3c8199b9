import FoundationEssentials
import Postgres

/// A signed-in user changes their password, which ends every other session of theirs.
public struct ChangePassword: Sendable {
    let database: Database
    let passwords: PasswordCheck
    let guesses: GuessGuard
    let failures: FailedAttempts
    let trail: AuditTrail

    /// Throws `wrongCurrentPassword`, `weakPassword`, `tooManyAttempts`, `overloaded`, and `sessionEnded` when this session
    /// was ended while the passwords were hashed; nothing is changed then.
    public func callAsFunction(
        current: Password, new: Password, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant
        let user = signedIn.user
        guard let stored = try await database.first(UserStatements.byID, (tenant.id, user.id), in: tenant.id) else {
            throw Refusal.sessionEnded
        }
        let account = GuessedAccount(user.id, in: tenant.id)
        let attempt = try await guesses.begin(on: account, from: client, in: tenant.id)
        let match = try await guesses.judging(attempt) { try await passwords.check(current, of: stored, in: tenant.id) }
        guard match != nil else {
            try await failures.record(
                .passwordChangeFailed, on: account, of: user.id, because: "wrong_password", from: client, in: tenant.id)
            throw Refusal.wrongCurrentPassword
        }
        await guesses.giveBack(attempt)
        try await PasswordPolicy(hasher: passwords.hasher).check(
            new, field: "new_password", for: tenant, userInputs: [user.email, user.username, user.name])
        let hash = try await passwords.hasher.hashOrRefuse(new, for: tenant.id)
        try await replace(hash, of: stored, keeping: signedIn.sessionID, from: client, in: tenant.id)
    }

    /// Two statements and one between, so that the last sees the session of a login that held the user's row when the first
    /// began. Who ends the caller's session meanwhile waits, or has ended it: then nothing of it changes a password.
    private func replace(
        _ hash: PasswordHash, of stored: StoredUser, keeping session: UUID, from client: ClientInfo, in tenant: UUID
    ) async throws {
        let id = stored.user.id
        try await database.transaction(in: tenant) { transaction in
            let changed = try await transaction.execute(
                UserStatements.changePassword, (tenant, id, stored.passwordVersion, hash))
            guard changed == 1 else { throw Refusal.wrongCurrentPassword }
            guard try await transaction.first(SessionStatements.keep, (tenant, session, id)) != nil else {
                throw Refusal.sessionEnded
            }
            let ended = try await transaction.execute(
                SessionStatements.endAllOfUser, (tenant, id, session, .passwordChanged))
            try await trail.record(
                .passwordChanged, in: transaction, tenant: tenant, user: id, session: session, from: client,
                detail: ["sessions_ended": .integer(ended)])
        }
    }
}
