import FoundationEssentials
import Postgres

/// Removes what a tenant that is being deleted has most of, a page at a time, each page in a transaction of its own, so that the deletion
/// of its row has little left to take along. What somebody else has locked is left to that.
struct EmptyTenant: Sendable {
    /// How many rows one transaction looks at, and removes at the most.
    static let page = 1000

    let database: Database
    let tenant: UUID

    func callAsFunction() async throws {
        let removals = [
            EmptyingStatements.sessions, EmptyingStatements.users, EmptyingStatements.webhookMessages,
            EmptyingStatements.events,
        ]
        for removal in removals {
            var after: UUID?
            repeat {
                after = try await database.firstPlannedAnew(removal, (tenant, after), in: tenant)
            } while after != nil
        }
    }
}

enum EmptyingStatements {
    typealias Removal = Statement<(tenant: UUID, after: UUID?), UUID>

    static let sessions = removal(from: "refresh_tokens")
    static let users = removal(from: "users")
    static let webhookMessages = removal(from: "webhook_messages")
    /// But for the one that says, should the deletion fail, that it was begun.
    static let events = removal(from: "audit_events", where: "r.type <> '\(AuditEventType.keysDestroyed.rawValue)'")

    /// Removes the rows that follow in the order of their ids. The last one looked at; no row where no page follows. As for the nil UUID,
    /// see `UserStatements.page`.
    private static func removal(from table: String, where condition: String = "true") -> Removal {
        Removal(
            """
            with page as (
                select r.id from \(table) r where r.tenant_id = $1 and r.id > $2
                order by r.id limit \(EmptyTenant.page)
            ), free as (
                select r.id from \(table) r join page on page.id = r.id
                where r.tenant_id = $1 and \(condition)
                for update of r skip locked
            ), gone as (
                delete from \(table) r using free where r.tenant_id = $1 and r.id = free.id
            )
            select id from page where (select count(*) from page) = \(EmptyTenant.page) order by id desc limit 1
            """,
            bind: { ($0.tenant, $0.after ?? .nilUUID) }, row: { (id: UUID) in id })
    }
}
