import FoundationEssentials
import Postgres

/// A signed-in user changes their password, which ends every other session of theirs.
public struct ChangePassword: Sendable {
    let database: Database
    let hasher: PasswordHasher
    let guesses: GuessGuard

    /// Throws `wrongCurrentPassword`, `weakPassword`, `tooManyAttempts`, `overloaded`; nothing is changed then.
    public func callAsFunction(
        current: Password, new: Password, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant
        let user = signedIn.user
        guard let stored = try await database.first(UserStatements.byID, (tenant.id, user.id), in: tenant.id) else {
            throw Refusal.sessionEnded
        }
        let attempt = try await guesses.begin(on: GuessedAccount(user.id, in: tenant.id), from: client, in: tenant.id)
        let isRight = try await guesses.judging(attempt) { try await matches(current, stored, in: tenant.id) }
        guard isRight else { throw Refusal.wrongCurrentPassword }
        await guesses.giveBack(attempt)
        try await PasswordPolicy(hasher: hasher).check(
            new, field: "new_password", for: tenant, userInputs: [user.email, user.username, user.name])
        let hash = try await hasher.hashOrRefuse(new, for: tenant.id)
        try await replace(hash, of: stored, keeping: signedIn.sessionID, in: tenant.id)
    }

    private func matches(_ password: Password, _ stored: StoredUser, in tenant: UUID) async throws -> Bool {
        do throws(HashingFailure) {
            guard let hash = stored.passwordHash else {
                try await hasher.verifyNothing(password, for: tenant)
                return false
            }
            if case .matches = try await hasher.verify(password, against: hash, for: tenant) { return true }
            return false
        } catch {
            throw try error.refusal()
        }
    }

    /// Two statements, so that the second sees the session of a login that held the user's row when the first began.
    private func replace(
        _ hash: PasswordHash, of stored: StoredUser, keeping session: UUID, in tenant: UUID
    ) async throws {
        let id = stored.user.id
        try await database.transaction(in: tenant) { transaction in
            let changed = try await transaction.execute(
                UserStatements.changePassword, (tenant, id, stored.passwordVersion, hash))
            guard changed == 1 else { throw Refusal.wrongCurrentPassword }
            _ = try await transaction.execute(SessionStatements.endAll, (tenant, id, session, .passwordChanged))
        }
    }
}
