public import FoundationEssentials
import Postgres

/// A mail that hasn't been sent, as an operator sees it: what it is about and why it is still here, and nothing that would let them in.
public struct WaitingMail: Sendable {
    public let id: UUID
    public let kind: String
    public let recipient: String
    public let userID: UUID?
    public let createdAt: Date
    public let attempts: Int
    /// When it will be tried next; nil for a dead letter.
    public let dueAt: Date?
    public let failedAt: Date?
    /// A code such as `smtp_550` or `connect`.
    public let failure: String?
}

extension Administration {
    /// Mails that wait to be sent and dead letters, the oldest first.
    public func listMail(tenant slug: String, limit: Int) async throws -> [WaitingMail] {
        let tenant = try await showTenant(slug)
        return try await database.query(MailStatements.waiting, (tenant.id, limit), in: tenant.id)
    }

    /// Queues dead letters again, all of them or the one named, as if they had been asked for now: as mails of their own, with tokens of
    /// their own, so that what one of them has brought before stays as it is. One about a changed address keeps its place among the
    /// changes: the earliest of them has the last word, and its reader is who owned the address. Throws `mailNotFound` when the one named
    /// is no dead letter.
    ///
    /// All of them are queued a page at a time, each page in a transaction of its own, and recorded by the last of these; where one fails,
    /// what had been done by then is. What somebody else has locked, or whose user somebody is changing or deleting, is left: it waits
    /// for nobody, and who changes one of these users waits for a page at most. It can be repeated, and goes on where it was. The one named is
    /// waited for.
    public func retryMail(tenant slug: String, mail: UUID?) async throws -> [WaitingMail] {
        let tenant = try await showTenant(slug).id
        if let mail { return try await retryMail(mail, of: tenant) }
        var (retried, after, began): ([WaitingMail], UUID?, Date?) = ([], UUID.nilUUID, nil)
        do {
            while let start = after {
                let dead = try await database.query(MailStatements.dead, (tenant, start, began), in: tenant)
                began = began ?? dead.first?.now
                after = dead.count < MailStatements.page ? nil : dead.last?.id
                retried = try await retryMails(dead.map { $0.id }, after: retried, isLast: after == nil, of: tenant)
            }
        } catch {
            if !retried.isEmpty {
                let detail: JSONObject = ["mails": .integer(retried.count), "unfinished": true]
                try? await database.transaction(in: tenant) { try await recordRetry(detail, in: $0, of: tenant) }
            }
            throw error
        }
        return retried
    }

    private func retryMail(_ mail: UUID, of tenant: UUID) async throws -> [WaitingMail] {
        try await database.transaction(in: tenant) { transaction in
            let retried = try await transaction.query(
                MailStatements.requeueOne, (tenant, [mail], [identifiers.next()]))
            if retried.isEmpty { throw Refusal.mailNotFound }
            try await recordRetry(["mails": 1], in: transaction, of: tenant)
            return retried
        }
    }

    /// Those retried `before` and these.
    private func retryMails(
        _ mails: [UUID], after before: [WaitingMail], isLast: Bool, of tenant: UUID
    ) async throws -> [WaitingMail] {
        try await database.transaction(in: tenant) { transaction in
            let fresh = mails.map { _ in identifiers.next() }
            let retried = try await before + transaction.query(MailStatements.requeueFree, (tenant, mails, fresh))
            if isLast, !retried.isEmpty {
                try await recordRetry(["mails": .integer(retried.count)], in: transaction, of: tenant)
            }
            return retried
        }
    }

    private func recordRetry(_ detail: JSONObject, in transaction: Transaction, of tenant: UUID) async throws {
        try await record(.mailRetried, in: transaction, tenant: tenant, detail: detail)
    }
}

extension MailStatements {
    static let waiting = Statement<(tenant: UUID, limit: Int), WaitingMail>(
        """
        select m.id, m.kind, m.recipient, m.user_id, m.created_at, coalesce(d.attempts, 0), d.due_at, m.failed_at, m.failure
        from mails m left join deliveries d on d.id = m.id
        where m.tenant_id = $1 order by m.id limit $2
        """,
        bind: { ($0.tenant, $0.limit) }, row: WaitingMail.row)

    /// How many dead letters one transaction queues again.
    static let page = 1000

    /// The dead letters that follow in the order of their ids, but for those that have become so since `began`, which had been queued
    /// again, and the time.
    static let dead = Statement<(tenant: UUID, after: UUID, began: Date?), (id: UUID, now: Date)>(
        """
        select id, now() from mails
        where tenant_id = $1 and id > $2 and failed_at <= coalesce($3::timestamptz, now())
        order by id limit \(page)
        """,
        bind: { ($0.tenant, $0.after, $0.began) }, row: { (id: UUID, now: Date) in (id, now) })

    typealias Requeueing = (tenant: UUID, mails: [UUID], fresh: [UUID])

    static let requeueFree = requeueing("skip locked")
    /// Waits for whoever is at the mail or its user.
    static let requeueOne = requeueing("")

    /// Queues those that are dead letters again, each under the fresh id in the same place.
    ///
    /// The users are locked before their mails, as by whoever deletes them, and against all that makes or voids tokens.
    private static func requeueing(_ wait: String) -> Statement<Requeueing, WaitingMail> {
        Statement(
            """
            with \(TenantStatements.held), asked as materialized (
                select a.id, a.fresh from unnest($2::uuid[], $3::uuid[]) as a (id, fresh)
            ), people as materialized (
                select u.id from users u, t
                where u.tenant_id = t.id
                    and u.id in (select m.user_id from mails m join asked a on a.id = m.id where m.tenant_id = $1)
                for share of u \(wait)
            ), free as materialized (
                select m.id from mails m, asked a, t
                where m.tenant_id = t.id and m.id = a.id and m.failed_at is not null
                    and (m.user_id is null or m.user_id in (select id from people))
                for update of m \(wait)
            ), dead as (
                delete from mails m using free where m.tenant_id = $1 and m.id = free.id returning m.*
            ), void as (
                delete from one_time_tokens o using free where o.tenant_id = $1 and o.id = free.id
            ), retried as (
                insert into mails (tenant_id, id, user_id, kind, recipient, locale, detail)
                select d.tenant_id, case d.kind
                        when '\(MailKind.emailChanged.rawValue)' then \(DatedID.moment(of: "d.id", randomOf: "a.fresh"))
                        else a.fresh end,
                    d.user_id, d.kind, d.recipient, d.locale, d.detail
                from dead d join asked a on a.id = d.id
                returning *
            ), queued as (
                \(MailStatements.delivery(of: "retried")) returning id, attempts, due_at
            )
            select m.id, m.kind, m.recipient, m.user_id, m.created_at, q.attempts, q.due_at, m.failed_at, m.failure
            from retried m join queued q on q.id = m.id order by m.id
            """,
            bind: { ($0.tenant, $0.mails, $0.fresh) }, row: WaitingMail.row)
    }
}

extension WaitingMail {
    @Sendable fileprivate static func row(
        id: UUID, kind: String, recipient: String, userID: UUID?, createdAt: Date, attempts: Int32, dueAt: Date?,
        failedAt: Date?, failure: String?
    ) -> WaitingMail {
        WaitingMail(
            id: id, kind: kind, recipient: recipient, userID: userID, createdAt: createdAt, attempts: Int(attempts),
            dueAt: dueAt, failedAt: failedAt, failure: failure)
    }
}
