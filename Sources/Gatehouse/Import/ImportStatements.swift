import FoundationEssentials
import Postgres

enum ImportStatements {
    /// Inserts users, but for those of whom something unique is taken already; the ids of those inserted, or one nil. No row where the
    /// tenant is gone.
    ///
    /// Imports of one tenant take turns: two that have the same users in another order would wait for each other. Of other administration
    /// the deletion of the tenant alone waits for the one whose turn it is, however long that waits for somebody's deletion.
    static let insert = Statement<(tenant: UUID, users: [ImportedUser]), UUID?>(
        """
        with \(TenantStatements.held), turn as materialized (
            select t.id, pg_advisory_xact_lock(hashtextextended('gatehouse import ' || t.id::text, 0)) from t
        ), inserted as (
            insert into users (
                tenant_id, id, email, username, name, password_hash, email_verified_at, claims, disabled_at, created_at)
            select turn.id, g.id, g.email, g.username, g.name, g.password_hash, case when g.verified then now() end, g.claims,
                case when g.disabled then now() end, coalesce(g.created_at, now())
            from turn, jsonb_to_recordset($2) as g (
                id uuid, email text, username text, name text, password_hash text, verified boolean, claims jsonb,
                disabled boolean, created_at timestamptz)
            on conflict do nothing
            returning id
        )
        select inserted.id from t left join inserted on true
        """,
        bind: { ($0.tenant, PostgresJSON(.array($0.users.map(\.json)))) }, row: { (id: UUID?) in id })

    /// Has the server's statistics tell of the users, which they otherwise do a minute later, or not until many more have come. Where
    /// somebody is at that already, it is left to them.
    static let analyze = Statement<Void, Void>("analyze (skip_locked) users", bind: { () })

    struct Taken: Sendable {
        enum Email: Sendable {
            case free
            /// By the user themselves, as far as the file tells.
            case byUser
            case bySomebodyElse
        }

        let email: Email
        let username: Bool
        let id: Bool

        init(email isOfUser: Bool?, username: Bool, id: Bool) {
            email =
                switch isOfUser {
                case nil: .free
                case true?: .byUser
                case false?: .bySomebodyElse
                }
            self.username = username
            self.id = id
        }
    }

    /// What of each user somebody in the tenant has already. Whether who has the email is the user themselves is told by the id that the
    /// file gives them. Where it gives none the time of creation tells, which an import takes over and a registration doesn't, to the second:
    /// one export cuts it where another doesn't. Where it gives neither, they are taken for the user.
    ///
    /// The keys are folded before they are sent: under row-level security a look-up by `lower(…)` of them could use no index. `exists`
    /// would have the server read all users of the tenant, and hash them.
    static let taken = Statement<(tenant: UUID, users: [ImportedUser]), (id: UUID, taken: Taken)>(
        """
        select g.id,
            (select case when g.has_id then u.id = g.id
                    else coalesce(abs(extract(epoch from u.created_at - g.created_at)) < 1, true) end
                from users u where u.tenant_id = $1 and u.email_key = g.email_key),
            (select u.id from users u where u.tenant_id = $1 and u.username_key = g.username_key) is not null,
            (select u.id from users u where u.tenant_id = $1 and u.id = g.id) is not null
        from jsonb_to_recordset($2) as g (
            id uuid, has_id boolean, email_key text collate "C", username_key text collate "C", created_at timestamptz)
        """,
        bind: { ($0.tenant, PostgresJSON(.array($0.users.map(\.keys)))) },
        row: { (id: UUID, email: Bool?, username: Bool, hasID: Bool) in
            (id, Taken(email: email, username: username, id: hasID))
        })
}
