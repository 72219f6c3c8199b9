import FoundationEssentials
import Postgres

/// Somebody who was mailed a token, or a code, chooses a new password.
public struct ResetPassword: Sendable {
    let database: Database
    let redeem: RedeemOneTimeToken
    let hasher: PasswordHasher
    let trail: AuditTrail

    /// Every session of the user ends, and whatever else was mailed to them is void. Nobody is signed in by it.
    ///
    /// Throws `invalidToken`, `weakPassword`, after which the token is still good though a code has lost a guess, `tooManyAttempts`,
    /// `overloaded`.
    public func callAsFunction(
        _ proof: OneTimeProof, new: Password, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant
        // A password is looked at for nobody who has no token: that costs more than the rest.
        let token = try await redeem.find(proof, for: .resetPassword, from: client, in: served)
        let user = token.user
        try await PasswordPolicy(hasher: hasher).check(
            new, field: "new_password", for: tenant, userInputs: [user.email, user.username, user.name])
        let hash = try await hasher.hashOrRefuse(new, for: tenant.id)
        let notice = NewMail(
            id: trail.identifiers.next(), tenant: tenant.id, user: user.id, kind: .passwordChanged,
            recipient: user.email, locale: client.language)
        try await database.transaction(in: tenant.id, refusing: .invalidToken) { transaction in
            let used = try await redeem.useUp(token, in: transaction, of: tenant.id)
            _ = try await transaction.execute(
                UserStatements.resetPassword, (tenant.id, user.id, hash, verifies: used.isOwnAddress))
            let ended =
                try await transaction.first(
                    SessionStatements.endAllOfUser, (tenant.id, user.id, nil, .passwordReset)) ?? 0
            _ = try await transaction.execute(OneTimeTokenStatements.void, (tenant.id, user.id, nil))
            _ = try await transaction.execute(
                GuessStatements.forget, (tenant.id, GuessedAccount(user.id, in: tenant.id)))
            _ = try await transaction.execute(MailStatements.enqueue, notice)
            try await trail.record(
                .passwordReset, in: transaction, tenant: tenant.id, user: user.id, from: client,
                detail: ["method": .string(token.method.rawValue), "sessions_ended": .integer(ended)])
        }
    }
}

extension UserStatements {
    /// A new password for who has shown that they read the mail of the account: which verifies its address.
    static let resetPassword = Statement<(tenant: UUID, id: UUID, hash: PasswordHash, verifies: Bool), Void>(
        """
        update users u
        set password_hash = $3, password_version = password_version + 1, updated_at = now(),
            email_verified_at = case when $4 then coalesce(u.email_verified_at, now()) else u.email_verified_at end
        where u.tenant_id = $1 and u.id = $2
        """,
        bind: { ($0.tenant, $0.id, $0.hash.stored, $0.verifies) })

    /// The user whose address has just been shown to be theirs.
    static let verifyEmail = Statement<(tenant: UUID, id: UUID), User>(
        """
        update users u
        set email_verified_at = coalesce(u.email_verified_at, now()),
            updated_at = case when u.email_verified_at is null then now() else u.updated_at end
        where u.tenant_id = $1 and u.id = $2
        returning \(userColumns)
        """,
        bind: { ($0.tenant, $0.id) }, row: User.row)
}
