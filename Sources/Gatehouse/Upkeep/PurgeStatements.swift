import FoundationEssentials
import Postgres

enum PurgeStatements {
    /// Tenants whose hour has come, and those that nobody has finished with.
    static let due = dueTenants("d.unfinished_since is null", limit: Purge.tenants)
    static let dueUnfinished = dueTenants("d.unfinished_since is not null", limit: Purge.unfinishedTenants)

    /// Tenants to look through, the longest waiting first. Those that somebody is deleting are left out as `claim` leaves them: else
    /// enough of them would stand before all others.
    private static func dueTenants(_ condition: String, limit: Int) -> Statement<Void, UUID> {
        Statement<Void, UUID>(
            """
            select d.id from purges d join tenants h on h.id = d.id where d.due_at <= now() and \(condition)
            order by d.due_at limit \(limit) for update of d skip locked for key share of h skip locked
            """,
            bind: { () }, row: { (id: UUID) in id })
    }

    /// For how many seconds the tenant that is furthest behind has been due, or not looked through to its end.
    static let behind = Statement<Void, Double>(
        """
        select coalesce(extract(epoch from now() - least(
            (select min(due_at) from purges where due_at <= now()), (select min(unfinished_since) from purges))), 0)::float8
        """,
        bind: { () }, row: { (seconds: Double) in seconds })

    struct Claim: Sendable {
        let tenant: UUID
        /// Up to where the last look came; nil where it finished.
        let afterSession: UUID?
        /// No event that is too old has a higher id.
        let oldestEvent: UUID
    }

    /// Makes the tenant one's own for a minute; no row when another instance was first, or somebody is deleting the tenant: a wait for that
    /// would keep all others waiting.
    static let claim = Statement<UUID, Claim>(
        """
        update purges p set due_at = now() + interval '1 min' from tenants t
        where t.id = p.id and p.id = (
            select d.id from purges d join tenants h on h.id = d.id where d.id = $1 and d.due_at <= now()
            for update of d skip locked for key share of h skip locked)
        returning p.id, p.after_session, now() - make_interval(secs => t.audit_retention_seconds)
        """,
        bind: { $0 },
        row: { (tenant: UUID, after: UUID?, cutoff: Date) in
            Claim(
                tenant: tenant, afterSession: after, oldestEvent: UUID(version7At: cutoff + clockLeeway, random: .max))
        })

    /// How far the clock that an event's id was made by may be ahead of the database's.
    private static let clockLeeway: Duration = .seconds(60)

    /// Examines the next sessions in the order of their ids, which is that of their making, and removes those that have been
    /// over for long enough, but for those that somebody is at. The last one examined, or nil when that was the last of all.
    /// As for the nil UUID, see `UserStatements.page`.
    static let sessions = Statement<Claim, UUID>(
        """
        with page as (
            select s.id, s.rotated_at, now() - interval '\(Purge.sessionsStay.wholeSeconds) s' >= coalesce(
                s.ended_at, \(SessionStatements.expiry(of: "s"))) as is_over
            from refresh_tokens s join tenants t on t.id = s.tenant_id
            where s.tenant_id = $1 and s.id > $2
            order by s.id limit \(Purge.sessions)
        ), free as (
            select s.id from refresh_tokens s join page on page.id = s.id
            where s.tenant_id = $1 and page.is_over and s.rotated_at = page.rotated_at
            for update of s skip locked
        ), gone as (
            delete from refresh_tokens s using free where s.tenant_id = $1 and s.id = free.id
        )
        select id from page where (select count(*) from page) = \(Purge.sessions) order by id desc limit 1
        """,
        bind: { ($0.tenant, $0.afterSession ?? .nilUUID) }, row: { (id: UUID) in id })

    static let guessCounters = removal(from: "guess_counters", by: "subject", where: "window_ends_at <= now()")
    static let webhookMessages = removal(from: "webhook_messages", where: isOld("created_at"))
    static let oneTimeTokens = removal(from: "one_time_tokens", where: "expires_at <= now()")
    /// Dead letters, and those that no instance could send: they name an address.
    static let deadLetters = removal(
        from: "mails", where: isOld("coalesce(failed_at, created_at)"),
        along: ", dequeued as (delete from deliveries d using gone where d.id = gone.id)")

    private static func isOld(_ moment: String) -> String { "\(moment) <= now() - interval '14 days'" }

    private static func removal(
        from table: String, by key: String = "id", where condition: String, along rest: String = ""
    ) -> Statement<Claim, Int> {
        Statement<Claim, Int>(
            """
            with gone as (
                \(removing(from: table, by: key, where: condition, atMost: Purge.batch)) returning \(key)
            )\(rest)
            select count(*) from gone
            """,
            bind: { $0.tenant }, row: { (count: Int) in count })
    }

    /// Removes some of the rows of the tenant `$1` for which the condition holds. What somebody else has locked is left.
    static func removing(
        from table: String, by key: String = "id", where condition: String, atMost page: Int
    ) -> String {
        """
        delete from \(table) where tenant_id = $1 and \(key) in (
            select \(key) from \(table) where tenant_id = $1 and \(condition) limit \(page) for update skip locked)
        """
    }

    /// The hours of failures that are over: where there was more than the one failure that is recorded already, their number is.
    ///
    /// The ids are UUIDs of version 7 like all others: what follows the time is that of a random one, but for the version.
    static let failures = Statement<Claim, Int>(
        """
        with \(TenantStatements.held), past as (
            delete from failed_attempts where tenant_id = $1 and (subject, source, type) in (
                select f.subject, f.source, f.type from failed_attempts f, t
                where f.tenant_id = t.id and f.window_ends_at <= now() limit \(Purge.batch) for update of f skip locked)
            returning *
        ), clock as (
            select \(DatedID.digits("(extract(epoch from statement_timestamp()) * 1000)::bigint")) as digits
        ), recorded as (
            \(AuditStatements.inserting)
            select $1, overlay(\(DatedID.text(of: "gen_random_uuid()", from: "digits")) placing '7' from 15 for 1)::uuid,
                statement_timestamp(), '\(AuditEvent.service)', type, user_id, null, address, null,
                \(AuditStatements.summary(of: "past"))
            from past, clock where failures > 1
        )
        select count(*) from past
        """,
        bind: { $0.tenant }, row: { (count: Int) in count })

    /// By id, which is the primary key's order and that of time; the database lets go only what is old enough.
    static let events = Statement<Claim, Int>(
        """
        with gone as (
            delete from audit_events where tenant_id = $1 and id in (
                select a.id from audit_events a join tenants t on t.id = a.tenant_id
                where a.tenant_id = $1 and a.id <= $2 and a.at <= now() - make_interval(secs => t.audit_retention_seconds)
                order by a.id limit \(Purge.batch))
            returning 1
        )
        select count(*) from gone
        """,
        bind: { ($0.tenant, $0.oldestEvent) }, row: { (count: Int) in count })

    /// Until a tenant is due again.
    enum Pause: String {
        case second = "1 s"
        case minute = "1 min"
        case hour = "1 h"
    }

    /// Not all tenants in the same second, were they all made in one. A tenant that isn't left alone for an hour hasn't been looked through
    /// to its end: there is more of it, or something failed. It is marked, lest its next turn come behind all others' and nothing tell of
    /// one that fails each time.
    static let reschedule = Statement<(tenant: UUID, afterSession: UUID?, pause: Pause), Void>(
        """
        update purges set after_session = $2, due_at = now() + $3::interval * (0.8 + 0.4 * random()),
            unfinished_since = case $3
                when '\(Pause.hour.rawValue)' then null else coalesce(unfinished_since, now()) end
        where id = $1
        """,
        bind: { ($0.tenant, $0.afterSession, $0.pause.rawValue) })
}
