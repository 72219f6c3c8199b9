import FoundationEssentials
import Postgres

enum MailRequestStatements {
    struct Request: Sendable {
        let mail: NewMail
        let subject: MailSubject
        /// Nil where mails aren't limited.
        let budget: GuessBudget?
    }

    /// Counts the mail and queues it, unless its address has had as many of its kind already, or its user, where it names one, is gone.
    static let enqueue = Statement<Request, (isEnabled: Bool, hasUser: Bool)>(
        """
        with \(TenantStatements.held), \(TenantStatements.person("$6")), counted as (
            \(counting(
                subject: "$2", limit: "$3", window: "$4", from: "t",
                where: "t.disabled_at is null and ($6::uuid is null or exists (select from person))"))
        ), queued as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale, detail)
            select $1, $5, $6, $7, $8, $9, $10 from counted
            returning tenant_id, id
        ), due as (
            \(delivery(of: "queued"))
        )
        select disabled_at is null, $6::uuid is null or exists (select from person) from t
        """,
        bind: {
            let (mail, limit) = ($0.mail, Limit($0.budget))
            return (
                mail.tenant, $0.subject.digest, limit.mails, limit.window, mail.id, mail.user, mail.kind.rawValue,
                mail.recipient, mail.locale?.text, PostgresJSON(.object(mail.detail))
            )
        },
        row: { (isEnabled: Bool, hasUser: Bool) in (isEnabled, hasUser) })

    /// An `insert` into the counters that gives a row while the budget lasts. The tenant is `$1` of the statement.
    static func counting(subject: String, limit: String, window: String, from rows: String, where condition: String)
        -> String
    {
        """
        insert into guess_counters as c (tenant_id, subject, failures, window_ends_at, next_attempt_at)
        select $1, \(subject), 1, now() + make_interval(secs => \(window)), now() from \(rows) where \(condition)
        on conflict (tenant_id, subject) do update set
            failures = case when c.window_ends_at <= now() then 1 else c.failures + 1 end,
            window_ends_at = case when c.window_ends_at <= now() then excluded.window_ends_at else c.window_ends_at end
        where c.window_ends_at <= now() or c.failures < \(limit)
        returning true
        """
    }

    /// The place in the queue of the mails that a part of the statement has inserted.
    static func delivery(of mails: String) -> String {
        "insert into deliveries (id, tenant, kind) select id, $1, '\(DeliveryKind.mail.rawValue)' from \(mails)"
    }

    /// A budget as the statement takes it.
    struct Limit: Sendable {
        let mails: Int32
        let window: Double

        init(_ budget: GuessBudget?) {
            mails = budget.map { Int32($0.failures) } ?? .max
            window = budget?.window.seconds ?? 1
        }
    }
}
