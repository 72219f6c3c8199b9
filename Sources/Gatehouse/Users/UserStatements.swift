import FoundationEssentials
import Postgres

/// A user and what a sign-in has to know besides.
struct StoredUser: Sendable {
    let user: User
    let passwordHash: PasswordHash?
    let passwordVersion: Int32
}

enum UserStatements {
    private static let storedColumns = "\(userColumns), u.password_hash, u.password_version"

    static let byEmail = Statement<(tenant: UUID, email: TypedEmail), StoredUser>(
        """
        select \(storedColumns) from users u
        where u.tenant_id = $1 and u.email_key = lower($2::text collate "C")
        """,
        bind: { ($0.tenant, $0.email.text) }, row: StoredUser.row)

    static let byUsername = Statement<(tenant: UUID, username: String), StoredUser>(
        """
        select \(storedColumns) from users u
        where u.tenant_id = $1 and u.username_key = lower($2::text collate "C")
        """,
        bind: { ($0.tenant, $0.username) }, row: StoredUser.row)

    static let byID = Statement<(tenant: UUID, id: UUID), StoredUser>(
        "select \(storedColumns) from users u where u.tenant_id = $1 and u.id = $2",
        bind: { ($0.tenant, $0.id) }, row: StoredUser.row)

    /// No id is lower than the nil UUID, which stands for none: under row-level security only a plain comparison of the id with a
    /// parameter bounds what is read of the index, one with `coalesce` doesn't.
    static let page = Statement<(tenant: UUID, after: UUID?, limit: Int), User>(
        "select \(userColumns) from users u where u.tenant_id = $1 and u.id > $2 order by u.id limit $3",
        bind: { ($0.tenant, $0.after ?? .nilUUID, $0.limit) }, row: User.row)

    static let insert = Statement<NewUser, User>(
        """
        with \(TenantStatements.held)
        insert into users as u (tenant_id, id, email, username, name, password_hash, email_verified_at)
        select t.id, $2, $3, $4, $5, $6, case when $7 then now() end from t
        returning \(userColumns)
        """,
        bind: { ($0.tenant, $0.id, $0.email, $0.username, $0.name, $0.passwordHash?.stored, $0.verified) },
        row: User.row)

    /// Whoever signs in, changes a password or is disabled locks the user's row first, so that of two one waits.
    static let setEnabled = Statement<(tenant: UUID, id: UUID, enabled: Bool), User>(
        """
        update users u set disabled_at = case when $3 then null else coalesce(u.disabled_at, now()) end, updated_at = now()
        where u.tenant_id = $1 and u.id = $2 returning \(userColumns)
        """,
        bind: { ($0.tenant, $0.id, $0.enabled) }, row: User.row)

    /// Holds a user's row as `setEnabled` does, and the tenant's as whoever writes does: what follows in the transaction sees the session
    /// of a sign-in that had it.
    static let lock = Statement<(tenant: UUID, id: UUID), UUID>(
        """
        with \(TenantStatements.held)
        select u.id from users u, t where u.tenant_id = t.id and u.id = $2 for no key update of u
        """,
        bind: { ($0.tenant, $0.id) }, row: { (id: UUID) in id })

    static let setClaims = Statement<(tenant: UUID, id: UUID, claims: JSONObject), User>(
        """
        update users u set claims = $3, updated_at = now()
        where u.tenant_id = $1 and u.id = $2 returning \(userColumns)
        """,
        bind: { ($0.tenant, $0.id, PostgresJSON(JSON.object($0.claims))) }, row: User.row)

    /// In a transaction that has locked the user's row.
    static let changePassword = Statement<(tenant: UUID, id: UUID, hash: PasswordHash), Void>(
        """
        update users set password_hash = $3, password_version = password_version + 1, updated_at = now()
        where tenant_id = $1 and id = $2
        """,
        bind: { ($0.tenant, $0.id, $0.hash.stored) })

    /// The same password under a stronger hash: no change that anybody has to notice.
    static let upgradeHash = Statement<(tenant: UUID, id: UUID, version: Int32, hash: PasswordHash), Void>(
        "update users set password_hash = $4 where tenant_id = $1 and id = $2 and password_version = $3",
        bind: { ($0.tenant, $0.id, $0.version, $0.hash.stored) })

    static let delete = Statement<(tenant: UUID, id: UUID), User>(
        "delete from users u where u.tenant_id = $1 and u.id = $2 returning \(userColumns)",
        bind: { ($0.tenant, $0.id) }, row: User.row)
}

/// A user about to be made.
struct NewUser: Sendable {
    let tenant: UUID
    let id: UUID
    let email: String
    let username: String?
    let name: String?
    let passwordHash: PasswordHash?
    let verified: Bool
}

extension StoredUser {
    @Sendable fileprivate static func row(
        id: UUID, email: String, emailVerified: Bool, username: String?, name: String?, claims: PostgresJSON,
        isEnabled: Bool, createdAt: Date, updatedAt: Date, passwordHash: String?, passwordVersion: Int32
    ) throws -> StoredUser {
        let user = try User.row(
            id: id, email: email, emailVerified: emailVerified, username: username, name: name, claims: claims,
            isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt)
        return StoredUser(
            user: user, passwordHash: passwordHash.map(PasswordHash.init(stored:)), passwordVersion: passwordVersion)
    }
}
