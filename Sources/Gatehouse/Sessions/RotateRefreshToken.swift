import FoundationEssentials
import Postgres

/// The decision about presented generations: one round trip, one row written for each.
///
/// Presentations that come together are moved together, those that can be moved at once; whoever isn't among them is decided
/// about alone, and waits for a row that another holds.
///
/// The update repeats the predicate of `RefreshOutcome.rotates`, so that of a thousand concurrent presentations one moves
/// the row; whoever finds it moved gets the row as its snapshot shows it. The columns it changes are in no index (HOT).
enum RotateRefreshToken {
    struct Presentation: Sendable {
        let tenant: UUID
        let session: UUID
        let generation: Int
    }

    struct Result: Sendable {
        /// Whether this presentation moved the row. `state` is then the state after it.
        let moved: Bool
        let session: UUID
        let state: RefreshState
        /// Whether the server waits for a standby before it acknowledges a commit.
        let isReplicated: Bool
        let user: User
    }

    /// Of a row that has been moved, now or by an earlier presentation of the same token, no more than its tokens say.
    struct Moved: Sendable {
        let session: StartedSession
        let subject: TokenSubject
    }

    static let statement = Statement<Presentation, Result>(
        sql, bind: { ($0.tenant, $0.session, $0.generation) }, row: Result.row)

    static let sql = """
        with moved as (
            update refresh_tokens s set \(move)
            from users u, tenants t
            where s.tenant_id = $1 and s.id = $2 and s.generation = $3 and \(rotates)
            returning true, s.id, \(RefreshState.columns), \(StandbyConfirmation.isNeeded), \(userColumns)
        )
        select * from moved
        union all
        \(selection) and not exists (select from moved)
        """

    /// Moves many sessions of one tenant, those whose rows nobody else holds; the others give no row. As none is waited for,
    /// two instances that present the same sessions in another order can't wait for each other.
    ///
    /// The server doesn't see how long an array from a subquery is, and so has no reason to plan anew for each execution.
    static let together = Statement<(tenant: UUID, presentations: [Presentation]), Moved>(
        """
        with free as (
            select held.id, held.generation
            from unnest((select $2::uuid[]), (select $3::bigint[])) as presented (id, generation)
            cross join lateral (
                select s.id, s.generation from refresh_tokens s
                where s.tenant_id = $1 and s.id = presented.id and s.generation = presented.generation
                for update skip locked
            ) as held
        )
        update refresh_tokens s set \(move)
        from free, users u, tenants t
        where s.tenant_id = $1 and s.id = free.id and s.generation = free.generation and \(rotates)
        returning s.id, s.generation, s.created_at, s.rotated_at, \(subjectColumns)
        """,
        bind: { ($0.tenant, $0.presentations.map(\.session), $0.presentations.map(\.generation)) },
        row: Moved.row)

    private static let move = "generation = s.generation + 1, rotated_at = now()"

    /// `RefreshOutcome.rotates`, but for the generation.
    private static let rotates = """
        \(SessionStatements.isAlive) and u.tenant_id = $1 and u.id = s.user_id and u.disabled_at is null
            and t.id = $1 and t.disabled_at is null
        """

    /// The row as it is, moved by nobody.
    static let look = Statement<(tenant: UUID, session: UUID), Result>(
        selection, bind: { ($0.tenant, $0.session) }, row: Result.row)

    private static let selection = """
        select false, s.id, \(RefreshState.columns), \(StandbyConfirmation.isNeeded), \(userColumns)
        from refresh_tokens s
        join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
        join tenants t on t.id = s.tenant_id
        where s.tenant_id = $1 and s.id = $2
        """
}

extension RotateRefreshToken.Moved {
    init(_ result: RotateRefreshToken.Result) {
        let state = result.state
        session = StartedSession(
            id: result.session, generation: state.generation, createdAt: state.createdAt, rotatedAt: state.rotatedAt,
            now: state.now)
        subject = TokenSubject(result.user)
    }

    /// It has been moved now, so that is what the database's clock says.
    @Sendable fileprivate static func row(
        session: UUID, generation: Int, createdAt: Date, rotatedAt: Date, id: UUID, email: String, emailVerified: Bool,
        username: String?, name: String?, claims: PostgresJSON
    ) throws -> RotateRefreshToken.Moved {
        RotateRefreshToken.Moved(
            session: StartedSession(
                id: session, generation: generation, createdAt: createdAt, rotatedAt: rotatedAt, now: rotatedAt),
            subject: try TokenSubject(
                id: id, email: email, emailVerified: emailVerified, username: username, name: name, claims: claims))
    }
}

extension RotateRefreshToken.Result {
    @Sendable fileprivate static func row(
        moved: Bool, session: UUID, generation: Int, createdAt: Date, rotatedAt: Date, hasEnded: Bool,
        tenantIsEnabled: Bool, refreshTTL: Int32, sessionMaxAge: Int32, grace: Int32, reusePolicy: String, now: Date,
        isReplicated: Bool, id: UUID, email: String, emailVerified: Bool, username: String?, name: String?,
        claims: PostgresJSON, userIsEnabled: Bool, userCreatedAt: Date, userUpdatedAt: Date
    ) throws -> RotateRefreshToken.Result {
        let state = try RefreshState.row(
            generation: generation, createdAt: createdAt, rotatedAt: rotatedAt, hasEnded: hasEnded,
            tenantIsEnabled: tenantIsEnabled, refreshTTL: refreshTTL, sessionMaxAge: sessionMaxAge, grace: grace,
            reusePolicy: reusePolicy, now: now, userIsEnabled: userIsEnabled)
        let user = try User.row(
            id: id, email: email, emailVerified: emailVerified, username: username, name: name, claims: claims,
            isEnabled: userIsEnabled, createdAt: userCreatedAt, updatedAt: userUpdatedAt)
        return RotateRefreshToken.Result(
            moved: moved, session: session, state: state, isReplicated: isReplicated, user: user)
    }
}

extension RefreshState {
    /// The columns of the session `s` and its tenant's row `t`, in the order in which `row` takes them.
    static let columns = """
        s.generation, s.created_at, s.rotated_at, s.ended_at is not null, t.disabled_at is null, t.refresh_ttl_seconds, \
        t.session_max_age_seconds, t.grace_seconds, t.reuse_policy, now()
        """

    static func row(
        generation: Int, createdAt: Date, rotatedAt: Date, hasEnded: Bool, tenantIsEnabled: Bool, refreshTTL: Int32,
        sessionMaxAge: Int32, grace: Int32, reusePolicy: String, now: Date, userIsEnabled: Bool
    ) throws -> RefreshState {
        guard let policy = ReusePolicy(rawValue: reusePolicy) else {
            throw UnknownStoredValue(column: "tenants.reuse_policy")
        }
        return RefreshState(
            generation: generation, createdAt: createdAt, rotatedAt: rotatedAt, hasEnded: hasEnded,
            userIsEnabled: userIsEnabled, tenantIsEnabled: tenantIsEnabled, refreshTTL: .seconds(refreshTTL),
            sessionMaxAge: .seconds(sessionMaxAge), grace: .seconds(grace), reusePolicy: policy, now: now)
    }
}
