import FoundationEssentials
import Postgres

/// Something that happened to an account or a key, as it is recorded: in the transaction of what it records.
struct AuditEvent: Sendable {
    /// The actor of what users do to their own accounts.
    static let user = "user"
    /// The actor of what the service decides by itself.
    static let service = "service"
    /// Begins the actor of what an API client does; its id follows.
    static let clientPrefix = "client:"

    let id: UUID
    let tenant: UUID
    /// Who did it: an operator's name, `user`, `service`, or `client:` and the id of an API client.
    let actor: String
    let type: AuditEventType
    let userID: UUID?
    let sessionID: UUID?
    let address: String?
    let userAgent: String?
    let detail: JSONObject
}

/// What an event says of the request that it comes from.
struct EventStamp: Sendable {
    let id: UUID
    let client: ClientInfo
}

enum AuditStatements {
    /// How an insert into the trail begins, with the columns in the order in which all of them give their values.
    static let inserting =
        "insert into audit_events (tenant_id, id, at, actor, type, user_id, session_id, address, user_agent, detail)"

    /// An event is of the moment it is written, not of the moment its transaction began to wait for another one.
    static let append = Statement<AuditEvent, Void>(
        """
        \(inserting)
        values ($1, $2, statement_timestamp(), $3, $4, $5, $6, $7, $8, $9)
        """,
        bind: {
            (
                $0.tenant, $0.id, $0.actor, $0.type.rawValue, $0.userID, $0.sessionID, $0.address, $0.userAgent,
                PostgresJSON(.object($0.detail))
            )
        })

    /// How many events of a type a session has within an hour. What a client does by mistake is recorded each time, and a token that is
    /// presented in a loop fills no disk.
    private static let mostOfSession = 60

    /// What a token can bring about again and again: nothing else bounds how often that is. Of a user who is gone nothing is recorded, as
    /// nobody would remove where they were.
    static let appendLimited = Statement<(event: AuditEvent, subject: CountedSubject), Void>(
        """
        with \(TenantStatements.held), \(TenantStatements.person("$5")), counted as (
            \(BudgetStatements.counting(subject: "$10", limit: "\(mostOfSession)", window: "3600", from: "person", where: "true"))
        )
        \(inserting)
        select $1, $2, statement_timestamp(), $3, $4, person.id, $6, $7, $8, $9 from person, counted
        """,
        bind: {
            let event = $0.event
            return (
                event.tenant, event.id, event.actor, event.type.rawValue, event.userID, event.sessionID, event.address,
                event.userAgent, PostgresJSON(.object(event.detail)), $0.subject.digest
            )
        })

    /// An `insert` for a statement to carry along, so that what it does and the record of it are one round trip and one
    /// transaction: an event for the one row of `rows`, if there is one; of the user's own unless another actor is named.
    ///
    /// The tenant is `$1` of that statement, `stamp` the number of its parameter for the event's id; the address and the
    /// user agent follow. The other arguments are SQL over the columns of `rows`.
    static func insertion(
        of type: AuditEventType, for rows: String, user: String, session: String = "null::uuid",
        detail: String = "'{}'::jsonb", stamp: Int, actor: String = "'\(AuditEvent.user)'"
    ) -> String {
        """
        \(inserting)
        select $1, $\(stamp), statement_timestamp(), \(actor), '\(type.rawValue)', \(user), \(session),
            $\(stamp + 1), $\(stamp + 2), \(detail)
        from \(rows)
        """
    }

    /// Who rotated the keys of this use last, and when; `since` is an id, so that no older event is looked at.
    static let lastRotation = Statement<(tenant: UUID, use: KeyUse, since: UUID), (actor: String, at: Date)>(
        """
        select actor, at from audit_events
        where tenant_id = $1 and id >= $3 and type = '\(AuditEventType.keysRotated.rawValue)' and detail ->> 'use' = $2
        order by id desc limit 1
        """,
        bind: { ($0.tenant, $0.use.rawValue, $0.since) }, row: { (actor: String, at: Date) in (actor, at) })

    static let appendOperatorEvent = Statement<
        (id: UUID, actor: String, type: OperatorEventType, detail: JSONObject), Void
    >(
        "insert into operator_events (id, actor, type, detail) values ($1, $2, $3, $4)",
        bind: { ($0.id, $0.actor, $0.type.rawValue, PostgresJSON(.object($0.detail))) })

    /// Others who record something of this kind wait until the transaction ends.
    static let lockOperatorEvents = Statement<Void, Void>(
        "lock table operator_events in share row exclusive mode", bind: { () })

    /// Records that everything is sealed under a master key, where that was begun and hasn't been recorded since.
    static let appendMasterKeyRotation = Statement<
        (id: UUID, actor: String, masterKey: String, detail: JSONObject), Void
    >(
        """
        insert into operator_events (id, actor, type, detail)
        select $1, $2, '\(OperatorEventType.masterKeyRotated.rawValue)', $4
        from (
            select type from operator_events
            where type in ('\(OperatorEventType.masterKeyRotationBegun.rawValue)', '\(OperatorEventType.masterKeyRotated.rawValue)')
                and detail ->> 'master_key' = $3
            order by at desc, id desc limit 1
        ) last
        where last.type = '\(OperatorEventType.masterKeyRotationBegun.rawValue)'
        """,
        bind: { ($0.id, $0.actor, $0.masterKey, PostgresJSON(.object($0.detail))) })
}
