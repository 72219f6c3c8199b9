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
    public func retryMail(tenant slug: String, mail: UUID?) async throws -> [WaitingMail] {
        try await changing(slug) { transaction, tenant in
            var retried: [WaitingMail] = []
            for dead in try await transaction.query(MailStatements.dead, (tenant.id, mail)) {
                let id = dead.isOrdered ? UUID(momentOf: dead.id, randomOf: identifiers.next()) : identifiers.next()
                retried += try await transaction.query(
                    MailStatements.requeue, (tenant: tenant.id, mail: dead.id, id: id))
            }
            if mail != nil && retried.isEmpty { throw Refusal.mailNotFound }
            if !retried.isEmpty {
                try await record(
                    .mailRetried, in: transaction, tenant: tenant.id, detail: ["mails": .integer(retried.count)])
            }
            return retried
        }
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

    static let dead = Statement<(tenant: UUID, mail: UUID?), (id: UUID, isOrdered: Bool)>(
        """
        select id, kind = '\(MailKind.emailChanged.rawValue)' from mails
        where tenant_id = $1 and failed_at is not null and ($2::uuid is null or id = $2)
        order by id for update
        """,
        bind: { ($0.tenant, $0.mail) }, row: { (id: UUID, isOrdered: Bool) in (id, isOrdered) })

    static let requeue = Statement<(tenant: UUID, mail: UUID, id: UUID), WaitingMail>(
        """
        with dead as (
            delete from mails where tenant_id = $1 and id = $2 returning *
        ), void as (
            delete from one_time_tokens where tenant_id = $1 and id = $2
        ), retried as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale, detail)
            select tenant_id, $3, user_id, kind, recipient, locale, detail from dead returning *
        ), queued as (
            \(MailRequestStatements.delivery(of: "retried")) returning id, attempts, due_at
        )
        select m.id, m.kind, m.recipient, m.user_id, m.created_at, q.attempts, q.due_at, m.failed_at, m.failure
        from retried m join queued q on q.id = m.id
        """,
        bind: { ($0.tenant, $0.mail, $0.id) }, row: WaitingMail.row)
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
