import FoundationEssentials
import Postgres

enum PurgeStatements {
    /// Tenants to look through, the longest waiting first.
    static let due = Statement<Int, UUID>(
        "select id from purges where due_at <= now() order by due_at limit $1", bind: { Int64($0) },
        row: { (id: UUID) in id })

    struct Plan: Sendable {
        /// Up to where the last look came; nil where it finished.
        let afterSession: UUID?
        /// No event that is too old has a higher id.
        let oldestEvent: UUID
    }

    /// No row when it has been done meanwhile, or when another instance is at it.
    static let lock = Statement<UUID, Plan>(
        """
        select p.after_session, now() - make_interval(secs => t.audit_retention_seconds)
        from purges p join tenants t on t.id = p.id
        where p.id = $1 and p.due_at <= now() for update of p skip locked for key share of t skip locked
        """,
        bind: { $0 },
        row: { (after: UUID?, cutoff: Date) in
            Plan(afterSession: after, oldestEvent: UUID(version7At: cutoff + clockLeeway, random: .max))
        })

    /// How far the clock that an event's id was made by may be ahead of the database's.
    private static let clockLeeway: Duration = .seconds(60)

    /// Examines the next sessions in the order of their ids, which is that of their making, and removes those that have been
    /// over for long enough. The last one examined, or nil when that was the last of all.
    static let sessions = Statement<(tenant: UUID, after: UUID?), UUID>(
        """
        with page as (
            select s.id, s.rotated_at, now() - interval '\(Purge.sessionsStay.wholeSeconds) s' >= coalesce(s.ended_at, least(
                s.rotated_at + make_interval(secs => t.refresh_ttl_seconds),
                s.created_at + make_interval(secs => t.session_max_age_seconds))) as is_over
            from refresh_tokens s join tenants t on t.id = s.tenant_id
            where s.tenant_id = $1 and s.id > coalesce($2, '00000000-0000-0000-0000-000000000000')
            order by s.id limit \(Purge.batch)
        ), gone as (
            delete from refresh_tokens s using page
            where s.tenant_id = $1 and s.id = page.id and page.is_over and s.rotated_at = page.rotated_at
        )
        select id from page where (select count(*) from page) = \(Purge.batch) order by id desc limit 1
        """,
        bind: { ($0.tenant, $0.after) }, row: { (id: UUID) in id })

    static let guessCounters = Statement<UUID, Void>(
        """
        delete from guess_counters where tenant_id = $1 and subject in (
            select subject from guess_counters where tenant_id = $1 and window_ends_at <= now()
            limit \(Purge.batch) for update skip locked)
        """,
        bind: { $0 })

    struct PastFailures: Sendable {
        let type: String
        let user: UUID?
        let address: String
        let source: String
        let count: Int
        let beganAt: Date
        let lastAt: Date
    }

    static let failures = Statement<UUID, PastFailures>(
        """
        delete from failed_attempts where tenant_id = $1 and (subject, source, type) in (
            select subject, source, type from failed_attempts where tenant_id = $1 and window_ends_at <= now()
            limit \(Purge.batch) for update skip locked)
        returning type, user_id, address, source, failures, began_at, last_at
        """,
        bind: { $0 },
        row: { (type: String, user: UUID?, address: String, source: String, count: Int32, began: Date, last: Date) in
            PastFailures(
                type: type, user: user, address: address, source: source, count: Int(count), beganAt: began,
                lastAt: last)
        })

    static let recordFailures = Statement<(tenant: UUID, event: UUID, past: PastFailures), Void>(
        """
        insert into audit_events (tenant_id, id, at, actor, type, user_id, address, detail)
        select $1, $2, statement_timestamp(), '\(AuditEvent.service)', $3, $4, $5, \(AuditStatements.summary(of: "past"))
        from (values ($6::integer, $7::timestamptz, $8::timestamptz, $9::text))
            past (failures, began_at, last_at, source)
        """,
        bind: {
            let past = $0.past
            return (
                $0.tenant, $0.event, past.type, past.user, past.address, Int32(past.count), past.beganAt, past.lastAt,
                past.source
            )
        })

    /// By id, which is the primary key's order and that of time; the database lets go only what is old enough.
    static let events = Statement<(tenant: UUID, before: UUID), Void>(
        """
        delete from audit_events where tenant_id = $1 and id in (
            select a.id from audit_events a join tenants t on t.id = a.tenant_id
            where a.tenant_id = $1 and a.id <= $2 and a.at <= now() - make_interval(secs => t.audit_retention_seconds)
            order by a.id limit \(Purge.batch))
        """,
        bind: { ($0.tenant, $0.before) })

    /// Not all tenants in the same second, were they all made in one.
    static let reschedule = Statement<(tenant: UUID, afterSession: UUID?, isUnfinished: Bool), Void>(
        """
        update purges set after_session = $2,
            due_at = now() + case when $3 then interval '1 s' else interval '1 h' * (0.8 + 0.4 * random()) end
        where id = $1
        """,
        bind: { ($0.tenant, $0.afterSession, $0.isUnfinished) })

    static let postpone = Statement<UUID, Void>(
        "update purges set due_at = now() + interval '1 h' where id = $1 and due_at <= now()", bind: { $0 })
}
