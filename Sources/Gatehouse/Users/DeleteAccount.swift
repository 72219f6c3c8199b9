import FoundationEssentials
import Postgres

/// A signed-in user deletes their account.
public struct DeleteAccount: Sendable {
    /// A year of sign-ins, one each minute, is half a million events.
    private static let patience: Duration = .seconds(60)

    let database: Database
    let currentPassword: CurrentPassword
    let trail: AuditTrail

    /// Everything personal goes at once: the user with their sessions and whatever was mailed to them, the counters of their failures,
    /// and of the audit trail's events the addresses and user agents. The events stay, by the user's id.
    ///
    /// Throws `wrongCurrentPassword`, `freshSignInNeeded`, `tooManyAttempts`, `overloaded`, `sessionEnded` when this session was ended
    /// meanwhile, and `tenantNotFound` when the tenant was disabled; nothing is deleted then.
    ///
    /// - Parameter current: Nil for an account without a password.
    public func callAsFunction(
        current: Password?, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant.id
        let stored = try await currentPassword.checkIfAny(
            current, of: signedIn, recording: .deletionFailed, from: client, in: tenant)
        let user = stored.user.id
        try await database.transaction(in: tenant, refusing: .sessionEnded) { transaction in
            try await transaction.lock(
                signedIn.sessionID, of: user, withPasswordOf: stored.passwordVersion, in: tenant)
            _ = try await DeletionStatements.erase(user, of: tenant, in: transaction, within: Self.patience)
            try await trail.record(.userDeleted, in: transaction, tenant: tenant, user: user)
        }
    }
}

enum DeletionStatements {
    /// Removes a user, and what is personal of them elsewhere. Who it was; nil where there is no such user.
    ///
    /// All of it is one transaction: events can be scrubbed only once their user is gone, and nobody would look then for those that had
    /// been left.
    ///
    /// - Parameter patience: For what may be very much: their sessions, and their events, together.
    static func erase(
        _ user: UUID, of tenant: UUID, in transaction: Transaction, within patience: Duration
    ) async throws -> User? {
        let end = ContinuousClock.now + patience
        guard let gone = try await transaction.first(UserStatements.delete, (tenant, user), deadline: patience) else {
            return nil
        }
        let account = GuessedAccount(user, in: tenant)
        _ = try await transaction.execute(unsentMails, (tenant, gone.email))
        _ = try await transaction.execute(GuessStatements.forget, (tenant, account))
        _ = try await transaction.execute(failures, (tenant, account))
        _ = try await transaction.execute(scrubEvents, (tenant, user), deadline: end - ContinuousClock.now)
        return gone
    }

    /// Holds the user's row, and the tenant's as whoever writes does.
    static let lock = Statement<(tenant: UUID, user: UUID), UUID>(
        """
        with \(TenantStatements.held)
        select u.id from users u, t where u.tenant_id = t.id and u.id = $2 for update of u
        """,
        bind: { ($0.tenant, $0.user) }, row: { (id: UUID) in id })

    /// Mails that were asked for by address alone, and so don't go with the user. Their places in the queue lead nowhere then.
    static let unsentMails = Statement<(tenant: UUID, address: String), Void>(
        """
        delete from mails
        where tenant_id = $1 and user_id is null and lower(recipient collate "C") = lower($2::text collate "C")
        """,
        bind: { ($0.tenant, $0.address) })

    /// Found by the account, under which failures are counted: it begins the primary key.
    static let failures = Statement<(tenant: UUID, account: GuessedAccount), Void>(
        "delete from failed_attempts where tenant_id = $1 and subject = $2",
        bind: { ($0.tenant, $0.account.digest) })

    /// What tells where a user has been, of events of one who is gone: row-level security lets it be removed, and nothing else be
    /// changed.
    static let scrubEvents = Statement<(tenant: UUID, user: UUID), Void>(
        """
        update audit_events set address = null, user_agent = null, detail = detail - 'source'
        where tenant_id = $1 and user_id = $2 and address is not null
        """,
        bind: { ($0.tenant, $0.user) })
}
