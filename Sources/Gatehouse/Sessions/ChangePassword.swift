import FoundationEssentials
import Postgres

/// A signed-in user changes their password, which ends every other session of theirs and voids what was
/// mailed to them.
public struct ChangePassword: Sendable {
    let database: Database
    let currentPassword: CurrentPassword
    let hasher: PasswordHasher
    let trail: AuditTrail

    /// Throws `wrongCurrentPassword`, `weakPassword`, `tooManyAttempts`, `overloaded`, `sessionEnded` when this session was ended while
    /// the passwords were hashed, and `tenantNotFound` when the tenant was disabled; nothing is changed then.
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

    /// The user's row is locked by a statement of its own, so that the one that ends sessions sees that of a login that held the row
    /// before. Who ends the caller's session meanwhile waits, or has ended it: then nothing of it changes a password.
    ///
    /// A login may have hashed the password that was verified anew meanwhile. It is the same one, and is replaced under either hash.
    private func replace(
        _ hash: PasswordHash, of stored: StoredUser, keeping session: UUID, from client: ClientInfo, in tenant: UUID
    ) async throws {
        let id = stored.user.id
        try await database.transaction(in: tenant, refusing: .sessionEnded) { transaction in
            try await transaction.lock(session, of: id, withPasswordOf: stored.passwordVersion, in: tenant)
            _ = try await transaction.execute(UserStatements.changePassword, (tenant, id, hash))
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
