import FoundationEssentials
import Postgres

extension Administration {
    /// Changes an account, enabled or not, and sends nobody a mail: the operator has spoken with whoever it belongs to. The user
    /// afterwards; where nothing differs, nothing is recorded.
    ///
    /// A new password ends every session, voids what was mailed and has the failures forgotten that were counted against the account.
    /// Another address voids what was mailed, what takes earlier changes back included, and sessions go on.
    ///
    /// Throws `userNotFound`, `weakPassword`, `overloaded`, `emailTaken`, `usernameTaken`.
    public func updateUser(tenant slug: String, user: String, change: UserChange) async throws -> User {
        let tenant = try await showTenant(slug)
        let found = try await findUser(user, in: tenant.id)
        let hash = try await newHash(for: found, by: change, in: tenant)
        do {
            // By the id: whoever has the address by now may be somebody else.
            return try await changingUser(found.id.uuidString, of: slug) { transaction, tenant, id in
                guard let before = try await transaction.first(UserStatements.byID, (tenant, id))?.user else {
                    throw Refusal.userNotFound
                }
                let amended = AmendedUser(before, by: change, passwordHash: hash)
                if amended.isUnchanged { return before }
                return try await write(amended, in: transaction, of: tenant)
            }
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }

    /// Nil where the password stays. No transaction is open while it is judged and hashed.
    private func newHash(for user: User, by change: UserChange, in tenant: Tenant) async throws -> PasswordHash? {
        guard let password = change.password else { return nil }
        let amended = AmendedUser(user, by: change, passwordHash: nil)
        try await PasswordPolicy(hasher: hasher).check(
            password, field: "password", for: tenant, userInputs: [amended.email, amended.username, amended.name])
        return try await hasher.hashOrRefuse(password, for: tenant.id)
    }

    /// In a transaction that has locked the user's row by a statement of its own, so that the one that ends sessions sees that of a login
    /// that held the row before.
    private func write(_ amended: AmendedUser, in transaction: Transaction, of tenant: UUID) async throws -> User {
        let id = amended.before.id
        guard let user = try await transaction.first(UserStatements.amend, (tenant, amended)) else {
            throw Refusal.userNotFound
        }
        var detail = amended.differences
        if amended.passwordHash != nil {
            let ended =
                try await transaction.first(SessionStatements.endAllOfUser, (tenant, id, nil, .passwordChanged)) ?? 0
            detail["sessions_ended"] = .integer(ended)
        }
        if amended.hasAnotherAddress || amended.passwordHash != nil {
            // No id is lower than the nil UUID: of the ways back to earlier addresses none stays.
            let undo: UUID? = amended.hasAnotherAddress ? .nilUUID : nil
            _ = try await transaction.execute(OneTimeTokenStatements.void, (tenant, id, undo))
        }
        if amended.passwordHash != nil {
            _ = try await transaction.execute(GuessStatements.forget, (tenant, GuessedAccount(id, in: tenant)))
        }
        try await record(.userChangedByOperator, in: transaction, tenant: tenant, user: id, detail: detail)
        return user
    }
}

extension UserStatements {
    /// In a transaction that has locked the user's row, and compared it.
    static let amend = Statement<(tenant: UUID, amended: AmendedUser), User>(
        """
        update users u
        set email = $3, username = $4, name = $5,
            email_verified_at = case when not $6 then null when $7 then now() else coalesce(u.email_verified_at, now()) end,
            password_hash = coalesce($8, u.password_hash),
            password_version = u.password_version + case when $8 is null then 0 else 1 end, updated_at = now()
        where u.tenant_id = $1 and u.id = $2
        returning \(userColumns)
        """,
        bind: {
            let amended = $0.amended
            return (
                $0.tenant, amended.before.id, amended.email, amended.username, amended.name, amended.isVerified,
                amended.hasAnotherAddress, amended.passwordHash?.stored
            )
        },
        row: User.row)
}
