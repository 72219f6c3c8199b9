public import FoundationEssentials
import Postgres

/// An event of the audit trail as it is read back.
public struct RecordedEvent: Sendable, Equatable {
    public let id: UUID
    public let at: Date
    /// An operator's name, or `user`, `service` or `client:` and the id of an API client.
    public let actor: String
    public let type: String
    public let userID: UUID?
    public let sessionID: UUID?
    public let address: String?
    public let userAgent: String?
    public let detail: JSONObject
}

/// Which events of a tenant are asked for.
struct AuditQuery: Sendable {
    /// How far the clock that an id was made by may be from the database's, by which an event has its moment, once its id is made.
    private static let clockLeeway: Duration = .seconds(60)

    let tenant: UUID
    var type: AuditEventType?
    /// Whom events are about.
    var user: UUID?
    /// Events before that are left out.
    var since: Date?
    /// Events after that are left out. Only whoever reads back asks for that.
    var until: Date?
    /// Of the events of `since` itself, those up to this id are left out. Only whoever reads on asks for that.
    var after = UUID.nilUUID
    /// Events up to this id are left out, of whatever moment they are. Only whoever reads on asks for that.
    var beyond = UUID.nilUUID
    var limit: Int

    /// All events that are asked for have a higher id: what the primary key is searched by.
    var lowestID: UUID {
        max(beyond, UUID(version7At: (since ?? Date(timeIntervalSince1970: 0)) - Self.clockLeeway, random: 0))
    }

    /// No event up to `until` has a higher id.
    var lastID: UUID {
        until.map { UUID(version7At: $0 + Self.clockLeeway, random: .max) } ?? .maxUUID
    }
}

extension AuditStatements {
    /// The newest events, newest first. Which they are the ids say, by the primary key from its end: to find them by `at`, a year's
    /// events would be sorted.
    static let newest = Statement<AuditQuery, RecordedEvent>(
        """
        select * from (
            \(selection) and id <= $6 and ($7::timestamptz is null or at <= $7) and \(isAbout("$8"))
            order by id desc limit $5
        ) newest order by at desc, id desc
        """,
        bind: { ($0.tenant, $0.lowestID, $0.type?.rawValue, $0.since, $0.limit, $0.lastID, $0.until, $0.user) },
        row: RecordedEvent.row)

    /// The oldest events, and some that are younger than `until`, in the order of their ids. Without a type and a
    /// user no more is read for a page than that.
    static let past = Statement<AuditQuery, RecordedEvent>(
        "\(selection) and id <= $6 and \(isAbout("$7")) order by id limit $5",
        bind: { ($0.tenant, $0.lowestID, $0.type?.rawValue, $0.since, $0.limit, $0.lastID, $0.user) },
        row: RecordedEvent.row)

    /// The oldest events after one of a moment, oldest first: all that are younger are read for each page.
    static let oldest = Statement<AuditQuery, RecordedEvent>(
        "\(selection) and (at, id) > ($4, $6) and \(isAbout("$7")) order by at, id limit $5",
        bind: { ($0.tenant, $0.lowestID, $0.type?.rawValue, $0.since, $0.limit, $0.after, $0.user) },
        row: RecordedEvent.row)

    private static let selection = """
        select id, at, actor, type, user_id, session_id, address, user_agent, detail from audit_events
        where tenant_id = $1 and id > $2 and ($3::text is null or type = $3)
            and ($4::timestamptz is null or at >= $4)
        """

    /// The index by user has only events that say where the user was, which those of operators don't, nor those of a user who is gone.
    /// So what is read is what would be read for everybody.
    private static func isAbout(_ user: String) -> String { "(\(user)::uuid is null or user_id = \(user))" }
}

extension RecordedEvent {
    @Sendable fileprivate static func row(
        id: UUID, at: Date, actor: String, type: String, userID: UUID?, sessionID: UUID?, address: String?,
        userAgent: String?, detail: PostgresJSON
    ) throws -> RecordedEvent {
        guard let detail = try JSON.parse(Array(detail.text.utf8)).objectValue else {
            throw UnknownStoredValue(column: "audit_events.detail")
        }
        return RecordedEvent(
            id: id, at: at, actor: actor, type: type, userID: userID, sessionID: sessionID, address: address,
            userAgent: userAgent, detail: detail)
    }
}
