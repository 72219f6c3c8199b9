import FoundationEssentials
import Postgres

/// A session about to be made.
struct NewSession: Sendable {
    let tenant: UUID
    let id: UUID
    let userID: UUID
    /// Of the event that records it.
    let stamp: EventStamp
}

/// A session and whose it is, as an access token names them.
struct NamedSession: Sendable, Hashable {
    let id: UUID
    let userID: UUID
}

/// What a session's row says to a request that names it.
struct AskedSession: Sendable {
    let name: NamedSession
    let user: User
    let isLive: Bool
    let tenantIsEnabled: Bool
}

enum SessionStatements {
    /// Of `s` and its tenant's row `t`, alive: not ended, neither idle for too long nor too old. Whether user and tenant are enabled is another
    /// question, which whoever lets somebody in asks as well.
    static let isAlive = "(s.ended_at is null and \(isInTime("s")))"

    /// Neither idle for too long nor too old. No end changes that: a statement that ends what hasn't ended tells by it which were alive.
    static func isInTime(_ session: String) -> String {
        "now() < \(expiry(of: session))"
    }

    /// `RefreshState.expiresAt`, by the lifetimes of its tenant's row, which has to be there as `t`.
    static func expiry(of session: String) -> String {
        """
        least(
            \(session).rotated_at + make_interval(secs => t.refresh_ttl_seconds),
            \(session).created_at + make_interval(secs => t.session_max_age_seconds))
        """
    }

    static let sessionColumns =
        "s.id, s.user_id, s.created_at, s.rotated_at, \(expiry(of: "s")), s.address, s.user_agent"

    /// The user and the first session together, or neither, and the mail that verifies the address where one is named and the address
    /// hasn't had as many already: whoever deletes the account may register it again. No row when registration has just been closed.
    static let register = Statement<
        (NewUser, NewSession, verification: MailRequestStatements.Request?),
        (User, passwordVersion: Int32, StartedSession)
    >(
        """
        with \(TenantStatements.held), made as (
            insert into users as u (tenant_id, id, email, username, name, password_hash)
            select t.id, $2, $3, $4, $5, $6 from t where t.registration_open and t.disabled_at is null
            returning \(userColumns), u.password_version
        ), started as (
            insert into refresh_tokens (tenant_id, id, user_id, address, user_agent)
            select $1, $7, made.id, $9, $10 from made
            returning id, generation, created_at, rotated_at
        ), recorded as (
            \(AuditStatements.insertion(
                of: .userRegistered, for: "made, started", user: "made.id", session: "started.id", stamp: 8))
        ), counted as (
            \(BudgetStatements.counting(
                subject: "$13", limit: "$14", window: "$15", from: "made", where: "$11::uuid is not null"))
        ), queued as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale)
            select $1, $11, made.id, '\(MailKind.verifyEmail.rawValue)', made.email, $12 from made, counted
            returning id
        ), due as (
            \(MailStatements.delivery(of: "queued"))
        )
        select made.*, started.*, now() from made, started
        """,
        bind: {
            let (user, session, verification) = $0
            let (mail, limit) = (verification?.mail, BudgetStatements.Limit(verification?.budget))
            return (
                user.tenant, user.id, user.email, user.username, user.name, user.passwordHash?.stored,
                session.id, session.stamp.id, session.stamp.client.address, session.stamp.client.userAgent,
                mail?.id, mail?.locale?.text, verification?.subject.digest, limit.count, limit.window
            )
        },
        row: {
            (
                id: UUID, email: String, emailVerified: Bool, username: String?, name: String?, claims: PostgresJSON,
                isEnabled: Bool, createdAt: Date, updatedAt: Date, passwordVersion: Int32, sessionID: UUID,
                generation: Int, startedAt: Date, rotatedAt: Date, now: Date
            ) in
            (
                try User.row(
                    id: id, email: email, emailVerified: emailVerified, username: username, name: name,
                    claims: claims, isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt),
                passwordVersion: passwordVersion,
                StartedSession(
                    id: sessionID, generation: generation, createdAt: startedAt, rotatedAt: rotatedAt, now: now)
            )
        })

    /// A sign-in of somebody who has shown who they are.
    struct Start: Sendable {
        let session: NewSession
        /// What they named themselves by, which has to be theirs still; nil for who has used up what was mailed to them.
        let name: LogInName?
        let passwordVersion: Int32
        let deviceIsRecognised: Bool
    }

    /// Checks the user once more, under a lock that waits for whoever is disabling them, or changing their password, address or claims:
    /// no row, and no session, when what was shown holds no longer; what comes second sees the session, and ends it. The user is
    /// answered as they are under that lock.
    static let start = starting(by: .password)
    /// The same for who has just used up what was mailed to them.
    static let startByLink = starting(by: .emailLink)
    static let startByCode = starting(by: .emailCode)

    private static func starting(by method: SignInMethod) -> Statement<Start, (User, StartedSession)> {
        Statement(
            """
            with \(TenantStatements.held), person as (
                select u.* from users u, t
                where u.tenant_id = t.id and u.id = $2 and u.password_version = $3 and u.disabled_at is null
                    and t.disabled_at is null and ($9::text is null or u.email_key = lower($9 collate "C"))
                    and ($10::text is null or u.username_key = lower($10 collate "C"))
                for share of u
            ), started as (
                insert into refresh_tokens (tenant_id, id, user_id, address, user_agent)
                select $1, $4, person.id, $6, $7 from person
                returning id, user_id, generation, created_at, rotated_at
            ), recorded as (
                \(AuditStatements.insertion(
                    of: .logInSucceeded, for: "started", user: "started.user_id", session: "started.id",
                    detail: "jsonb_build_object('method', '\(method.rawValue)', 'device_recognised', $8::boolean)", stamp: 5))
            )
            select \(userColumns), started.id, started.generation, started.created_at, started.rotated_at, now()
            from started, person u
            """,
            bind: {
                let session = $0.session
                return (
                    session.tenant, session.userID, $0.passwordVersion, session.id, session.stamp.id,
                    session.stamp.client.address, session.stamp.client.userAgent, $0.deviceIsRecognised,
                    $0.name?.email, $0.name?.username
                )
            },
            row: {
                (
                    id: UUID, email: String, emailVerified: Bool, username: String?, name: String?,
                    claims: PostgresJSON, isEnabled: Bool, createdAt: Date, updatedAt: Date, sessionID: UUID,
                    generation: Int, startedAt: Date, rotatedAt: Date, now: Date
                ) in
                (
                    try User.row(
                        id: id, email: email, emailVerified: emailVerified, username: username, name: name,
                        claims: claims, isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt),
                    StartedSession(
                        id: sessionID, generation: generation, createdAt: startedAt, rotatedAt: rotatedAt, now: now)
                )
            })
    }

    /// Those of the named sessions that there are, found by their own ids: a user may have thousands. As for the subqueries, see
    /// `RotateRefreshToken.together`.
    static let ask = Statement<(tenant: UUID, sessions: [NamedSession]), AskedSession>(
        """
        select s.id, \(userColumns), \(isAlive) and u.disabled_at is null, t.disabled_at is null
        from unnest((select $2::uuid[]), (select $3::uuid[])) as asked (id, user_id)
        join refresh_tokens s on s.tenant_id = $1 and s.id = asked.id and s.user_id is not distinct from asked.user_id
        join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
        join tenants t on t.id = s.tenant_id
        """,
        bind: { ($0.tenant, $0.sessions.map(\.id), $0.sessions.map(\.userID)) },
        row: {
            (
                sessionID: UUID, id: UUID, email: String, emailVerified: Bool, username: String?, name: String?,
                claims: PostgresJSON, isEnabled: Bool, createdAt: Date, updatedAt: Date, isLive: Bool,
                tenantIsEnabled: Bool
            ) in
            AskedSession(
                name: NamedSession(id: sessionID, userID: id),
                user: try User.row(
                    id: id, email: email, emailVerified: emailVerified, username: username, name: name,
                    claims: claims, isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt),
                isLive: isLive, tenantIsEnabled: tenantIsEnabled)
        })

    /// The newest first, and before them the one named.
    static let live = Statement<(tenant: UUID, user: UUID, limit: Int, first: UUID?), Session>(
        """
        select \(sessionColumns) from refresh_tokens s join tenants t on t.id = s.tenant_id
        where s.tenant_id = $1 and s.user_id = $2 and \(isAlive) 
        order by s.id is not distinct from $4 desc, s.created_at desc, s.id limit $3
        """,
        bind: { ($0.tenant, $0.user, $0.limit, $0.first) }, row: Session.row)
}

extension Session {
    @Sendable static func row(
        id: UUID, userID: UUID, createdAt: Date, lastUsedAt: Date, expiresAt: Date, address: String?,
        userAgent: String?
    ) -> Session {
        Session(
            id: id, userID: userID, createdAt: createdAt, lastUsedAt: lastUsedAt, expiresAt: expiresAt,
            address: address, userAgent: userAgent)
    }
}

extension LogInName {
    fileprivate var email: String? {
        if case .email(let email) = self { email.text } else { nil }
    }

    fileprivate var username: String? {
        if case .username(let text) = self { text } else { nil }
    }
}
