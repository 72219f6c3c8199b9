import FoundationEssentials
import Postgres

/// That whoever is signed in is still the user, asked before what they couldn't take back.
struct CurrentPassword: Sendable {
    let database: Database
    let passwords: PasswordCheck
    let guesses: GuessGuard
    let failures: FailedAttempts

    /// The user as they are stored, whose password this is. Failures count against the account's budget and are recorded as `event`.
    ///
    /// Throws `wrongCurrentPassword`, `tooManyAttempts`, `overloaded`, and `sessionEnded` where the user is gone.
    func check(
        _ password: Password, of signedIn: SignedIn, recording event: AuditEventType, from client: ClientInfo,
        in tenant: UUID
    ) async throws -> StoredUser {
        try await check(password, of: try await stored(signedIn, in: tenant), event, from: client, in: tenant)
    }

    private func stored(_ signedIn: SignedIn, in tenant: UUID) async throws -> StoredUser {
        guard let stored = try await database.first(UserStatements.byID, (tenant, signedIn.user.id), in: tenant) else {
            throw Refusal.sessionEnded
        }
        return stored
    }

    private func check(
        _ password: Password, of stored: StoredUser, _ event: AuditEventType, from client: ClientInfo, in tenant: UUID
    ) async throws -> StoredUser {
        let account = GuessedAccount(stored.user.id, in: tenant)
        let attempt = try await guesses.begin(on: account, from: client, in: tenant)
        let match = try await guesses.judging(attempt) { try await passwords.check(password, of: stored, in: tenant) }
        guard match != nil else {
            try await failures.record(
                event, on: account, of: stored.user.id, because: "wrong_password", from: client, in: tenant)
            throw Refusal.wrongCurrentPassword
        }
        await guesses.giveBack(attempt)
        return stored
    }
}
