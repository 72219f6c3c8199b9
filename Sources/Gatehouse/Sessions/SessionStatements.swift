import FoundationEssentials
import Postgres

/// A session about to be made.
struct NewSession: Sendable {
    let tenant: UUID
    let id: UUID
    let userID: UUID
    let client: ClientInfo
}

/// What a session's row says to a request that names it.
struct AskedSession: Sendable {
    let user: User
    let isLive: Bool
    let tenantIsEnabled: Bool
}

enum SessionStatements {
    /// Alive: not ended, neither idle for too long nor too old, the user and the tenant enabled.
    private static let isAlive = """
        (s.ended_at is null and now() < least(
            s.rotated_at + make_interval(secs => t.refresh_ttl_seconds),
            s.created_at + make_interval(secs => t.session_max_age_seconds)))
        """

    private static let sessionColumns = """
        s.id, s.user_id, s.created_at, s.rotated_at, least(
            s.rotated_at + make_interval(secs => t.refresh_ttl_seconds),
            s.created_at + make_interval(secs => t.session_max_age_seconds)), s.address, s.user_agent
        """

    /// The user and the first session together, or neither; no row when registration has just been closed.
    static let register = Statement<(NewUser, NewSession), (User, StartedSession)>(
        """
        with made as (
            insert into users as u (tenant_id, id, email, username, name, password_hash)
            select t.id, $2, $3, $4, $5, $6 from tenants t
            where t.id = $1 and t.registration_open and t.disabled_at is null
            returning \(userColumns)
        ), started as (
            insert into refresh_tokens (tenant_id, id, user_id, address, user_agent)
            select $1, $7, made.id, $8, $9 from made
            returning id, generation, created_at, rotated_at
        )
        select made.*, started.*, now() from made, started
        """,
        bind: {
            let (user, session) = $0
            return (
                user.tenant, user.id, user.email, user.username, user.name, user.passwordHash?.stored,
                session.id, session.client.address, session.client.userAgent
            )
        },
        row: {
            (
                id: UUID, email: String, emailVerified: Bool, username: String?, name: String?, claims: PostgresJSON,
                isEnabled: Bool, createdAt: Date, updatedAt: Date, sessionID: UUID, generation: Int,
                startedAt: Date, rotatedAt: Date, now: Date
            ) in
            (
                try User.row(
                    id: id, email: email, emailVerified: emailVerified, username: username, name: name,
                    claims: claims, isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt),
                StartedSession(
                    id: sessionID, generation: generation, createdAt: startedAt, rotatedAt: rotatedAt, now: now)
            )
        })

    /// Checks the user once more, under a lock that waits for whoever is disabling them or changing their password:
    /// no row, and no session, when that came first; when it comes second, it sees the session and ends it.
    static let start = Statement<(NewSession, passwordVersion: Int32), StartedSession>(
        """
        with person as (
            select id from users
            where tenant_id = $1 and id = $2 and password_version = $3 and disabled_at is null
            for share
        )
        insert into refresh_tokens (tenant_id, id, user_id, address, user_agent)
        select t.id, $4, person.id, $5, $6 from person, tenants t where t.id = $1 and t.disabled_at is null
        returning id, generation, created_at, rotated_at, now()
        """,
        bind: {
            let session = $0.0
            return (
                session.tenant, session.userID, $0.passwordVersion, session.id, session.client.address,
                session.client.userAgent
            )
        },
        row: StartedSession.init(id:generation:createdAt:rotatedAt:now:))

    static let ask = Statement<(tenant: UUID, session: UUID, user: UUID), AskedSession>(
        """
        select \(userColumns), \(isAlive) and u.disabled_at is null, t.disabled_at is null
        from refresh_tokens s
        join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
        join tenants t on t.id = s.tenant_id
        where s.tenant_id = $1 and s.id = $2 and s.user_id = $3
        """,
        bind: { ($0.tenant, $0.session, $0.user) },
        row: {
            (
                id: UUID, email: String, emailVerified: Bool, username: String?, name: String?, claims: PostgresJSON,
                isEnabled: Bool, createdAt: Date, updatedAt: Date, isLive: Bool, tenantIsEnabled: Bool
            ) in
            AskedSession(
                user: try User.row(
                    id: id, email: email, emailVerified: emailVerified, username: username, name: name,
                    claims: claims, isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt),
                isLive: isLive, tenantIsEnabled: tenantIsEnabled)
        })

    static let live = Statement<(tenant: UUID, user: UUID), Session>(
        """
        select \(sessionColumns) from refresh_tokens s join tenants t on t.id = s.tenant_id
        where s.tenant_id = $1 and s.user_id = $2 and \(isAlive) order by s.created_at desc, s.id
        """,
        bind: { ($0.tenant, $0.user) }, row: Session.row)

    /// Ends one live session; of this user where one is named.
    static let end = Statement<(tenant: UUID, session: UUID, user: UUID?, reason: EndReason), Session>(
        """
        update refresh_tokens s set ended_at = now(), end_reason = $4 from tenants t
        where s.tenant_id = $1 and s.id = $2 and ($3::uuid is null or s.user_id = $3) and t.id = $1 and \(isAlive)
        returning \(sessionColumns)
        """,
        bind: { ($0.tenant, $0.session, $0.user, $0.reason.rawValue) }, row: Session.row)

    /// Ends every session of the tenant, or of one user, but for one session where one is named.
    static let endAll = Statement<(tenant: UUID, user: UUID?, except: UUID?, reason: EndReason), Void>(
        """
        update refresh_tokens s set ended_at = now(), end_reason = $4
        where s.tenant_id = $1 and ($2::uuid is null or s.user_id = $2) and ($3::uuid is null or s.id <> $3)
            and s.ended_at is null
        """,
        bind: { ($0.tenant, $0.user, $0.except, $0.reason.rawValue) })

    /// Signs the session out, the other sessions of its user, or both. One that has expired may still be ended, so that no
    /// longer lifetime brings it back, but it ends no others.
    static let logOut = Statement<(tenant: UUID, session: UUID, user: UUID?, own: Bool, others: Bool), Void>(
        """
        update refresh_tokens other set ended_at = now(), end_reason = $6
        from refresh_tokens s join tenants t on t.id = s.tenant_id
        where s.tenant_id = $1 and s.id = $2 and ($3::uuid is null or s.user_id = $3) and s.ended_at is null
            and other.tenant_id = $1 and other.user_id = s.user_id and other.ended_at is null
            and case when other.id = s.id then $4 else $5 and \(isAlive) end
        """,
        bind: { ($0.tenant, $0.session, $0.user, $0.own, $0.others, EndReason.loggedOut.rawValue) })

    /// The session, if it lives, which nobody ends before this transaction does.
    static let keep = Statement<(tenant: UUID, session: UUID, user: UUID), UUID>(
        """
        select id from refresh_tokens where tenant_id = $1 and id = $2 and user_id = $3 and ended_at is null for share
        """,
        bind: { ($0.tenant, $0.session, $0.user) }, row: { (id: UUID) in id })

    /// Ends a session whose older generation was presented, and records it; no row if it has ended. However far its
    /// holder has rotated it meanwhile: what was too old then is older now.
    static let endReused = Statement<(session: UUID, event: AuditEvent), UUID>(
        """
        with ended as (
            update refresh_tokens set ended_at = now(), end_reason = 'refresh_token_reused'
            where tenant_id = $1 and id = $2 and ended_at is null
            returning id
        )
        insert into audit_events (tenant_id, id, actor, type, user_id, session_id, address, user_agent, detail)
        select $1, $3, $4, $5, $6, ended.id, $7, $8, $9 from ended
        returning session_id
        """,
        bind: {
            let e = $0.event
            return (
                e.tenant, $0.session, e.id, e.actor, e.type, e.userID, e.address, e.userAgent,
                PostgresJSON(.object(e.detail))
            )
        },
        row: { (id: UUID) in id })
}

extension Session {
    @Sendable fileprivate static func row(
        id: UUID, userID: UUID, createdAt: Date, lastUsedAt: Date, expiresAt: Date, address: String?,
        userAgent: String?
    ) -> Session {
        Session(
            id: id, userID: userID, createdAt: createdAt, lastUsedAt: lastUsedAt, expiresAt: expiresAt,
            address: address, userAgent: userAgent)
    }
}
