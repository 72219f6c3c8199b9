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
    /// Throws `wrongCurrentPassword`, `tooManyAttempts`, `overloaded`, `sessionEnded` where the user is gone, and
    /// `tenantNotFound`.
    func check(
        _ password: Password, of signedIn: SignedIn, recording event: AuditEventType, from client: ClientInfo,
        in tenant: UUID
    ) async throws -> StoredUser {
        try await check(password, of: try await stored(signedIn, in: tenant), event, from: client, in: tenant)
    }

    /// The same, where an account without a password is asked for a sign-in of the last few minutes instead: by mail, it can be by
    /// nothing else.
    ///
    /// Throws `freshSignInNeeded` as well, and `validationFailed` where there is a password and none was given.
    func checkIfAny(
        _ password: Password?, of signedIn: SignedIn, recording event: AuditEventType, from client: ClientInfo,
        in tenant: UUID
    ) async throws -> StoredUser {
        let stored = try await stored(signedIn, in: tenant)
        if let password { return try await check(password, of: stored, event, from: client, in: tenant) }
        guard stored.passwordHash == nil else {
            throw Refusal.validationFailed([
                FieldProblem(field: "current_password", code: "required", message: "This field is required.")
            ])
        }
        guard try await database.first(SessionStatements.isFresh, (tenant, signedIn.sessionID), in: tenant) == true
        else { throw Refusal.freshSignInNeeded }
        return stored
    }

    private func stored(_ signedIn: SignedIn, in tenant: UUID) async throws -> StoredUser {
        guard let stored = try await database.first(UserStatements.byID, (tenant, signedIn.user.id), in: tenant) else {
            throw try await database.refusal(.sessionEnded, in: tenant)
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

extension SessionStatements {
    /// How long a sign-in stands for a password that there isn't.
    static let freshness: Duration = .seconds(600)

    /// Whether the session began a moment ago.
    static let isFresh = Statement<(tenant: UUID, session: UUID), Bool>(
        """
        select now() < created_at + interval '\(freshness.wholeSeconds) s' from refresh_tokens
        where tenant_id = $1 and id = $2 and ended_at is null
        """,
        bind: { ($0.tenant, $0.session) }, row: { (fresh: Bool) in fresh })
}

extension SessionStatements {
    /// Locks the session and its user, so that nothing of theirs is made meanwhile: whether their password is the one that was checked. No
    /// row where the session, the user or the tenant is at its end.
    static let lockSignedIn = Statement<(tenant: UUID, user: UUID, passwordVersion: Int32, session: UUID), Bool>(
        """
        with \(TenantStatements.held), person as (
            select u.id, u.password_version = $3 as is_checked from users u, t
            where u.tenant_id = t.id and u.id = $2 and u.disabled_at is null and t.disabled_at is null
            for update of u
        )
        select person.is_checked from refresh_tokens s, person
        where s.tenant_id = $1 and s.id = $4 and s.user_id = person.id and s.ended_at is null
        for update of s
        """,
        bind: { ($0.tenant, $0.user, $0.passwordVersion, $0.session) }, row: { (isChecked: Bool) in isChecked })
}

extension Transaction {
    /// Locks a session and its user for what the password that was checked allows.
    ///
    /// Throws `sessionEnded` where the session, its user or the tenant is at its end, and `wrongCurrentPassword` where the password is
    /// another by now: the very session has changed it, as any other's change would have ended it.
    func lock(
        _ session: UUID, of user: UUID, withPasswordOf version: Int32, in tenant: UUID
    ) async throws {
        guard let isChecked = try await first(SessionStatements.lockSignedIn, (tenant, user, version, session)) else {
            throw Refusal.sessionEnded
        }
        guard isChecked else { throw Refusal.wrongCurrentPassword }
    }
}
