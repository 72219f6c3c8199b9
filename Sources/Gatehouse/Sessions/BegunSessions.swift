import FoundationEssentials
import Postgres

/// Tells the sessions of a tenant that had begun by a moment from those that begin later.
///
/// Their dates do, but for sessions that are dated ahead of the database's clock: by a primary before this one, or by the server that a
/// tenant has come from. Those are known by their ids.
struct BegunSessions: Sendable {
    let moment: Date
    /// Those that there were at the moment though they are dated later, in the order of their ids.
    let ahead: [UUID]

    /// Looks through all of them, a page at a time however many there are, as they are at one moment: what begins during the look isn't
    /// seen by it.
    static func now(of tenant: UUID, in database: Database) async throws -> BegunSessions {
        try await database.transaction(in: tenant, snapshot: true) { transaction in
            var ahead: [UUID] = []
            var after: UUID?
            while true {
                guard let page = try await transaction.first(SessionStatements.datedAhead, (tenant, after)) else {
                    throw Refusal.databaseUnavailable
                }
                ahead += page.ids
                guard let last = page.last else { return BegunSessions(moment: page.now, ahead: ahead) }
                after = last
            }
        }
    }
}

extension SessionStatements {
    struct AheadPage: Sendable {
        /// When the transaction began.
        let now: Date
        let ids: [UUID]
        /// Nil where no page follows.
        let last: UUID?
    }

    /// Looks at the sessions that follow in the order of their ids, for those that there are though they are dated later. As for the nil
    /// UUID, see `UserStatements.page`.
    static let datedAhead = Statement<(tenant: UUID, after: UUID?), AheadPage>(
        """
        with page as (
            select s.id, s.ended_at is null and s.created_at > now() as is_ahead from refresh_tokens s
            where s.tenant_id = $1 and s.id > $2
            order by s.id limit \(EndSessions.page)
        )
        select now(), coalesce((select array_agg(id order by id) from page where is_ahead), '{}'),
            (select id from page where (select count(*) from page) = \(EndSessions.page) order by id desc limit 1)
        """,
        bind: { ($0.tenant, $0.after ?? .nilUUID) },
        row: { (now: Date, ids: [UUID], last: UUID?) in AheadPage(now: now, ids: ids, last: last) })
}
