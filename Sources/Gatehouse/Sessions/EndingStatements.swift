import FoundationEssentials
import Postgres

/// A session's end, or that of several.
extension SessionStatements {
    /// Ends one live session.
    static let end = Statement<(tenant: UUID, session: UUID, reason: EndReason), Session>(
        "with \(TenantStatements.held) \(ending) returning \(sessionColumns)",
        bind: { ($0.tenant, $0.session, $0.reason.rawValue) }, row: Session.row)

    struct EndingOwn: Sendable {
        let tenant: UUID
        let session: UUID
        let user: UUID
        /// The session by which the user asks.
        let caller: UUID
        let stamp: EventStamp
    }

    /// Ends one live session of this user's, who asks for it; whether there was one. No row when the caller's own session has ended.
    ///
    /// That one is only looked at. Held, it would have two sessions that end each other wait for each other.
    static let endOwn = Statement<EndingOwn, EndedSessions>(
        """
        with \(TenantStatements.held), caller as (
            select s.user_id from refresh_tokens s, t
            where s.tenant_id = t.id and s.id = $5 and s.user_id = $4 and t.disabled_at is null and \(isAlive)
        ), ended as (
            \(ending) and s.user_id = (select user_id from caller) returning s.id, s.user_id
        ), recorded as (
            \(AuditStatements.insertion(
                of: .sessionRevoked, for: "ended", user: "ended.user_id", session: "ended.id", stamp: 6))
        )
        \(endingColumns) from caller
        """,
        bind: {
            let (stamp, reason) = ($0.stamp, EndReason.revokedByUser)
            return (
                $0.tenant, $0.session, reason.rawValue, $0.user, $0.caller, stamp.id, stamp.client.address,
                stamp.client.userAgent
            )
        },
        row: EndedSessions.init(any:isReplicated:))

    /// What a statement says whose part `ended` has the sessions that it has ended.
    private static let endingColumns = "select exists (select from ended), \(StandbyConfirmation.isNeeded)"

    private static let ending = """
        update refresh_tokens s set ended_at = now(), end_reason = $3 from t
        where s.tenant_id = t.id and s.id = $2 and \(isAlive)
        """

    /// Ends every session of a user, but for one session where one is named: how many were alive. One that has expired is ended with the
    /// others, so that no longer lifetime brings it back.
    static let endAllOfUser = Statement<(tenant: UUID, user: UUID, except: UUID?, reason: EndReason), Int>(
        """
        with ended as (
            update refresh_tokens s set ended_at = now(), end_reason = $4 from tenants t
            where t.id = $1 and s.tenant_id = $1 and s.user_id = $2 and ($3::uuid is null or s.id <> $3) and s.ended_at is null
            returning \(isInTime("s")) as was_alive
        )
        select count(*) filter (where was_alive) from ended
        """,
        bind: { ($0.tenant, $0.user, $0.except, $0.reason.rawValue) }, row: { (count: Int) in count })

    struct LoggingOut: Sendable {
        let tenant: UUID
        let session: UUID
        /// Nil where the token doesn't say whose session it is.
        let user: UUID?
        let scope: LogOutScope
        let stamp: EventStamp
    }

    /// Holds the row of the user whose session this is, unless that has ended.
    static let lockUser = Statement<LoggingOut, UUID>(
        """
        with \(TenantStatements.held)
        select u.id from refresh_tokens s, users u, t
        where s.tenant_id = t.id and s.id = $2 and ($3::uuid is null or s.user_id = $3) and s.ended_at is null
            and u.tenant_id = t.id and u.id = s.user_id
        for no key update of u
        """,
        bind: { ($0.tenant, $0.session, $0.user) }, row: { (user: UUID) in user })

    /// Signs the session out, the other sessions of its user, or both. One that has expired may still be ended, so that no
    /// longer lifetime brings it back, but it ends no others. Recorded if it ended any, with the number of those that were alive.
    static let logOut = Statement<LoggingOut, EndedSessions>(
        """
        with \(TenantStatements.held), ended as (
            update refresh_tokens other set ended_at = now(), end_reason = '\(EndReason.loggedOut.rawValue)'
            from refresh_tokens s join t on t.id = s.tenant_id
            where s.tenant_id = $1 and s.id = $2 and ($3::uuid is null or s.user_id = $3) and s.ended_at is null
                and other.tenant_id = $1 and other.user_id = s.user_id and other.ended_at is null
                and case when other.id = s.id then $4 <> '\(LogOutScope.others.rawValue)'
                    else $4 <> '\(LogOutScope.local.rawValue)' and \(isAlive) end
            returning other.user_id, \(isInTime("other")) as was_alive
        ), counted as (
            select user_id, count(*) filter (where was_alive) as sessions from ended group by user_id
        ), recorded as (
            \(AuditStatements.insertion(
                of: .sessionLoggedOut, for: "counted", user: "counted.user_id", session: "$2",
                detail: "jsonb_build_object('scope', $4, 'sessions_ended', counted.sessions)", stamp: 5))
        )
        \(endingColumns)
        """,
        bind: {
            (
                $0.tenant, $0.session, $0.user, $0.scope.rawValue, $0.stamp.id, $0.stamp.client.address,
                $0.stamp.client.userAgent
            )
        },
        row: EndedSessions.init(any:isReplicated:))

    struct Revocation: Sendable {
        let tenant: UUID
        let session: UUID
        /// Nil where the token doesn't say whose session it is.
        let user: UUID?
        let client: UUID
        let stamp: EventStamp
    }

    /// Ends the session of a token that an API client revokes, one that has expired too, as a logout does; recorded in the
    /// client's name. Nothing is done for a client that has been deleted since it was asked for its secret.
    static let revokeForClient = Statement<Revocation, EndedSessions>(
        """
        with \(TenantStatements.held), ended as (
            update refresh_tokens s set ended_at = now(), end_reason = '\(EndReason.revokedByClient.rawValue)'
            from t join api_clients c on c.tenant_id = t.id and c.id = $4
            where s.tenant_id = t.id and s.id = $2 and ($3::uuid is null or s.user_id = $3) and s.ended_at is null
            returning s.id, s.user_id
        ), recorded as (
            \(AuditStatements.insertion(
                of: .sessionRevoked, for: "ended", user: "ended.user_id", session: "ended.id", stamp: 5,
                actor: "'\(AuditEvent.clientPrefix)' || $4::text"))
        )
        \(endingColumns)
        """,
        bind: {
            ($0.tenant, $0.session, $0.user, $0.client, $0.stamp.id, $0.stamp.client.address, $0.stamp.client.userAgent)
        },
        row: EndedSessions.init(any:isReplicated:))

    /// Ends a session whose older generation was presented, and records it; no row if it has ended. However far its
    /// holder has rotated it meanwhile: what was too old then is older now.
    static let endReused = Statement<(session: UUID, event: AuditEvent), UUID>(
        """
        with \(TenantStatements.held), ended as (
            update refresh_tokens s set ended_at = now(), end_reason = '\(EndReason.refreshTokenReused.rawValue)'
            from t where s.tenant_id = t.id and s.id = $2 and s.ended_at is null
            returning s.id
        )
        \(AuditStatements.inserting)
        select $1, $3, statement_timestamp(), $4, $5, $6, ended.id, $7, $8, $9 from ended
        returning session_id
        """,
        bind: {
            let e = $0.event
            return (
                e.tenant, $0.session, e.id, e.actor, e.type.rawValue, e.userID, e.address, e.userAgent,
                PostgresJSON(.object(e.detail))
            )
        },
        row: { (id: UUID) in id })
}
