import FoundationEssentials
import Postgres

enum ImportStatements {
    /// Inserts users, but for those of whom something unique is taken already; the ids of those inserted.
    static let insert = Statement<(tenant: UUID, users: [ImportedUser]), UUID>(
        """
        insert into users (
            tenant_id, id, email, username, name, password_hash, email_verified_at, claims, disabled_at, created_at)
        select $1, g.id, g.email, g.username, g.name, g.password_hash, case when g.verified then now() end, g.claims,
            case when g.disabled then now() end, coalesce(g.created_at, now())
        from jsonb_to_recordset($2) as g (
            id uuid, email text, username text, name text, password_hash text, verified boolean, claims jsonb,
            disabled boolean, created_at timestamptz)
        on conflict do nothing
        returning id
        """,
        bind: { ($0.tenant, PostgresJSON(.array($0.users.map(\.json)))) }, row: { (id: UUID) in id })

    /// Has the server's statistics tell of the users, which they otherwise do a minute later, or not until many more have come. Where
    /// somebody is at that already, it is left to them.
    static let analyze = Statement<Void, Void>("analyze (skip_locked) users", bind: { () })

    struct Taken: Sendable {
        let email: Bool
        let username: Bool
        let id: Bool
    }

    /// What of each user somebody in the tenant has already. The keys are folded before they are sent: under row-level security a
    /// look-up by `lower(…)` of them could use no index. `exists` would have the server read all users of the tenant, and hash them.
    static let taken = Statement<(tenant: UUID, users: [ImportedUser]), (id: UUID, taken: Taken)>(
        """
        select g.id,
            (select u.id from users u where u.tenant_id = $1 and u.email_key = g.email_key) is not null,
            (select u.id from users u where u.tenant_id = $1 and u.username_key = g.username_key) is not null,
            (select u.id from users u where u.tenant_id = $1 and u.id = g.id) is not null
        from jsonb_to_recordset($2) as g (id uuid, email_key text collate "C", username_key text collate "C")
        """,
        bind: { ($0.tenant, PostgresJSON(.array($0.users.map(\.keys)))) },
        row: { (id: UUID, email: Bool, username: Bool, hasID: Bool) in
            (id, Taken(email: email, username: username, id: hasID))
        })
}
