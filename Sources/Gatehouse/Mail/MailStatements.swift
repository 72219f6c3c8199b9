import FoundationEssentials
import Postgres

enum MailStatements {
    /// The mail and its place in the queue, in one statement: both are there once what caused them is.
    static let enqueue = Statement<NewMail, Void>(
        """
        with queued as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale, detail) values ($1, $2, $3, $4, $5, $6, $7)
            returning tenant_id, id
        )
        \(delivery(of: "queued"))
        """,
        bind: {
            (
                $0.tenant, $0.id, $0.user, $0.kind.rawValue, $0.recipient, $0.locale?.text,
                PostgresJSON(.object($0.detail))
            )
        })

    /// The place in the queue of the mails that a part of the statement has inserted.
    static func delivery(of mails: String) -> String {
        "insert into deliveries (id, tenant, kind) select id, $1, '\(DeliveryKind.mail.rawValue)' from \(mails)"
    }

    /// A mail that is still to be sent.
    static let queued = Statement<(tenant: UUID, id: UUID), QueuedMail>(
        """
        select id, user_id, kind, recipient, locale, detail, extract(epoch from now() - created_at)::float8,
            issued_at is not null
        from mails
        where tenant_id = $1 and id = $2 and failed_at is null
        """,
        bind: { ($0.tenant, $0.id) }, row: QueuedMail.init(id:user:kind:recipient:locale:detail:age:isIssued:))

    static let noteIssued = Statement<(tenant: UUID, id: UUID, user: UUID), Void>(
        "update mails set issued_at = now(), user_id = $3 where tenant_id = $1 and id = $2 and issued_at is null",
        bind: { ($0.tenant, $0.id, $0.user) })

    /// A mail that has been sent, or that there is no reason to send any more, leaves nothing behind.
    static let remove = Statement<(tenant: UUID, id: UUID), Void>(
        """
        with gone as (delete from deliveries where id = $2)
        delete from mails where tenant_id = $1 and id = $2
        """,
        bind: { ($0.tenant, $0.id) })

    static let postpone = DeliveryStatements.postponing("mails")
    static let giveUp = DeliveryStatements.givingUp("mails")

    static let template = Statement<(tenant: UUID, kind: MailKind, locales: [String]), MailTemplate>(
        """
        select kind, locale, subject, text, html from mail_templates
        where tenant_id = $1 and kind = $2 and locale = any ($3)
        order by length(locale) desc limit 1
        """,
        bind: { ($0.tenant, $0.kind.rawValue, $0.locales) },
        row: MailTemplate.init(kind:locale:subject:text:html:))
}

extension QueuedMail {
    @Sendable fileprivate init(
        id: UUID, user: UUID?, kind: String, recipient: String, locale: String?, detail: PostgresJSON, age: Double,
        isIssued: Bool
    ) throws {
        guard let kind = MailKind(rawValue: kind), let detail = try JSON.parse(Array(detail.text.utf8)).objectValue
        else { throw UnknownStoredValue(column: "mails.kind or mails.detail") }
        self.init(
            id: id, user: user, kind: kind, recipient: recipient, locale: locale.flatMap { MailLocale($0) },
            detail: detail, worthUntil: ContinuousClock.now + (kind.patience - .seconds(age)),
            isIssued: isIssued)
    }
}
