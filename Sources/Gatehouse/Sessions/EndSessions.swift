import FoundationEssentials
import Postgres

/// Ends the sessions of a tenant that had begun by a certain moment, a page at a time, each page in a transaction of its own: however
/// many there are, no row is locked for long, and what has been ended stays so whatever becomes of the rest.
///
/// A page leaves out the rows that somebody else has locked. When all pages are done the first of those left out is waited for, while
/// no other row is held, and what follows it is looked at again, until nothing was left out. One that isn't let go in time is left, with
/// whatever else is held by then, and everything else is done none the less: while a user is being deleted, their sessions are held.
///
/// A sign-in that had begun may be seen by none of that, since it isn't committed yet. Those that there were at the start are waited for
/// in the end, within a bound, and then all is looked at once more.
///
/// Those that begin while this is at work are to stay; ``BegunSessions`` tells them from the others.
struct EndSessions: Sendable {
    /// How many sessions one transaction looks at, and ends at the most.
    static let page = 1000
    /// Sign-ins take an instant, unless the disk or a standby is slow.
    static let usualPatience: Duration = .seconds(10)

    let database: Database
    let tenant: UUID
    let reason: EndReason
    /// How long it waits for sign-ins to be committed that had begun.
    let patience: Duration

    /// Throws `timeout` at the end where it had to leave sessions that somebody held.
    ///
    /// - Parameter ended: Counts those that are ended and were alive, also when it throws.
    func callAsFunction(counting ended: inout Int) async throws {
        let begun = try await BegunSessions.now(of: tenant, in: database)
        let writers = try await SessionWriters.now(in: database)
        var isAnyLeft = try await endVisible(of: begun, waiting: true, counting: &ended)
        if !writers.isEmpty {
            try await writers.waitForEnd(atMost: patience)
            isAnyLeft = try await endVisible(of: begun, waiting: !isAnyLeft, counting: &ended)
        }
        if isAnyLeft { throw PostgresError.timeout(.statement) }
    }

    /// Whether it has left any that somebody held. However many those are, it waits in vain for one of them at the most.
    private func endVisible(
        of begun: BegunSessions, waiting: Bool, counting ended: inout Int
    ) async throws -> Bool {
        var hasLeftOne = false
        var after: UUID?
        while let held = try await passedOver(after: after, of: begun, counting: &ended) {
            if !waiting || hasLeftOne { return true }
            do throws(PostgresError) {
                let wasAlive = try await database.first(SessionStatements.endLeft, (tenant, held, reason), in: tenant)
                if wasAlive == true { ended += 1 }
            } catch {
                guard error == .timeout(.statement) else { throw error }
                hasLeftOne = true
            }
            after = held
        }
        return hasLeftOne
    }

    /// The first that was locked.
    private func passedOver(
        after start: UUID?, of begun: BegunSessions, counting ended: inout Int
    ) async throws -> UUID? {
        var first: UUID?
        var after = start
        var ahead = begun.ahead[...]
        repeat {
            // Both are in the order of ids, so that a page has none but the first of those that follow.
            ahead = ahead.drop { id in after.map { id <= $0 } ?? false }
            let page = try await database.firstPlannedAnew(
                SessionStatements.endPage, (tenant, after, reason, begun.moment, Array(ahead.prefix(Self.page))),
                in: tenant)
            ended += page?.ended ?? 0
            first = first ?? page?.firstLeft
            after = page?.last
        } while after != nil
        return first
    }
}

extension SessionStatements {
    struct EndedPage: Sendable {
        /// How many were alive of those that it has ended.
        let ended: Int
        /// The first session that somebody else had locked.
        let firstLeft: UUID?
        /// Nil where no page follows.
        let last: UUID?
    }

    /// Looks at the sessions that follow in the order of their ids, and ends those that are dated by then, or are among those dated ahead, and
    /// that nobody is at. As for the nil UUID, see `UserStatements.page`.
    static let endPage = Statement<
        (tenant: UUID, after: UUID?, reason: EndReason, moment: Date, ahead: [UUID]), EndedPage
    >(
        """
        with page as (
            select s.id, s.ended_at is null and (s.created_at <= $4 or s.id = any ($5)) as is_due from refresh_tokens s
            where s.tenant_id = $1 and s.id > $2
            order by s.id limit \(EndSessions.page)
        ), free as (
            select s.id from refresh_tokens s join page on page.id = s.id
            where s.tenant_id = $1 and page.is_due and s.ended_at is null
            for update of s skip locked
        ), ended as (
            update refresh_tokens s set ended_at = now(), end_reason = $3 from free, tenants t
            where t.id = $1 and s.tenant_id = $1 and s.id = free.id
            returning s.id, \(isInTime("s")) as was_alive
        )
        select (select count(*) from ended where was_alive),
            (select id from page where is_due and id not in (select id from ended) order by id limit 1),
            (select id from page where (select count(*) from page) = \(EndSessions.page) order by id desc limit 1)
        """,
        bind: { ($0.tenant, $0.after ?? .nilUUID, $0.reason.rawValue, $0.moment, $0.ahead) },
        row: { (ended: Int, firstLeft: UUID?, last: UUID?) in
            EndedPage(ended: ended, firstLeft: firstLeft, last: last)
        })

    /// Ends one session, however long somebody else is at it; whether it was alive, and no row where it has ended.
    static let endLeft = Statement<(tenant: UUID, session: UUID, reason: EndReason), Bool>(
        """
        update refresh_tokens s set ended_at = now(), end_reason = $3 from tenants t
        where t.id = $1 and s.tenant_id = $1 and s.id = $2 and s.ended_at is null
        returning \(isInTime("s"))
        """,
        bind: { ($0.tenant, $0.session, $0.reason.rawValue) }, row: { (wasAlive: Bool) in wasAlive })
}
