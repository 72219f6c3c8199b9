import FoundationEssentials
import Postgres

/// A signed-in user changes their password, which ends every other session of theirs and voids what was
/// mailed to them.
public struct ChangePassword: Sendable {
    let database: Database
    let currentPassword: CurrentPassword
    let hasher: PasswordHasher
    let trail: AuditTrail

    /// Throws `wrongCurrentPassword`, `weakPassword`, `tooManyAttempts`, `overloaded`, and `sessionEnded` when this session
    /// was ended while the passwords were hashed; nothing is changed then.
    public func callAsFunction(
        current: Password, new: Password, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant
        let user = signedIn.user
        let stored = try await currentPassword.check(
            current, of: signedIn, recording: .passwordChangeFailed, from: client, in: tenant.id)
        try await PasswordPolicy(hasher: hasher).check(
            new, field: "new_password", for: tenant, userInputs: [user.email, user.username, user.name])
        let hash = try await hasher.hashOrRefuse(new, for: tenant.id)
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
            let ended =
                try await transaction.first(
                    SessionStatements.endAllOfUser, (tenant, id, session, .passwordChanged)) ?? 0
            _ = try await transaction.execute(OneTimeTokenStatements.void, (tenant, id, nil))
            try await trail.record(
                .passwordChanged, in: transaction, tenant: tenant, user: id, session: session, from: client,
                detail: ["sessions_ended": .integer(ended)])
        }
    }
}
