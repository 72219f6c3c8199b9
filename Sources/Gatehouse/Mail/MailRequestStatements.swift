import FoundationEssentials
import Postgres

enum MailRequestStatements {
    struct Request: Sendable {
        let mail: NewMail
        let subject: CountedSubject
        /// Nil where mails aren't limited.
        let budget: GuessBudget?
    }

    /// Counts the mail and queues it, unless its address has had as many of its kind already, or its user, where it names one, is gone.
    static let enqueue = Statement<Request, (isEnabled: Bool, hasUser: Bool)>(
        """
        with \(TenantStatements.held), \(TenantStatements.person("$6")), counted as (
            \(BudgetStatements.counting(
                subject: "$2", limit: "$3", window: "$4", from: "t",
                where: "t.disabled_at is null and ($6::uuid is null or exists (select from person))"))
        ), queued as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale, detail)
            select $1, $5, $6, $7, $8, $9, $10 from counted
            returning tenant_id, id
        ), due as (
            \(MailStatements.delivery(of: "queued"))
        )
        select disabled_at is null, $6::uuid is null or exists (select from person) from t
        """,
        bind: {
            let (mail, limit) = ($0.mail, BudgetStatements.Limit($0.budget))
            return (
                mail.tenant, $0.subject.digest, limit.count, limit.window, mail.id, mail.user, mail.kind.rawValue,
                mail.recipient, mail.locale?.text, PostgresJSON(.object(mail.detail))
            )
        },
        row: { (isEnabled: Bool, hasUser: Bool) in (isEnabled, hasUser) })
}
