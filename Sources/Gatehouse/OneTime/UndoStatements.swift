import FoundationEssentials
import Postgres

/// The ways back that changes of a user's address have left: tokens, and queued mails that get one when they are sent. Of several the
/// lower id is that of the earlier change.
enum UndoStatements {
    /// Queues the notice of a change, with an id that is later than those of the user's other ways back. Its moment is what the database's
    /// clock says, or the next after the latest of theirs, where that clock has stepped back: those of instances, which differ, have no
    /// say in what came first.
    ///
    /// In a transaction that has locked the user's row.
    static let enqueueNotice = Statement<NewMail, Void>(
        """
        with others as (
            select id from one_time_tokens
            where tenant_id = $1 and user_id = $3 and purpose = '\(OneTimePurpose.undoEmailChange.rawValue)'
            union all
            select id from mails where tenant_id = $1 and user_id = $3 and kind = $4
        ), clock as (
            select greatest(
                (extract(epoch from clock_timestamp()) * 1000)::bigint,
                (select ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint + 1
                    from others order by id desc limit 1)) as milliseconds
        ), dated as (
            select \(DatedID.digits("milliseconds")) as digits from clock
        ), queued as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale, detail)
            select $1, \(DatedID.text(of: "$2::uuid", from: "digits"))::uuid, $3, $4, $5, $6, $7 from dated
            returning tenant_id, id
        )
        \(MailStatements.delivery(of: "queued"))
        """,
        bind: {
            (
                $0.tenant, $0.id, $0.user, $0.kind.rawValue, $0.recipient, $0.locale?.text,
                PostgresJSON(.object($0.detail))
            )
        })

    /// The earliest change that whoever reads `address` can take back, or will be able to when a mail comes; nil where there is none.
    ///
    /// In a transaction that has locked the user's row.
    static let earliest = Statement<(tenant: UUID, user: UUID, address: String), UUID>(
        """
        select id from (
            select id from one_time_tokens
            where tenant_id = $1 and user_id = $2 and purpose = '\(OneTimePurpose.undoEmailChange.rawValue)'
                and email_key = lower($3::text collate "C") and now() < expires_at
            union all
            select id from mails
            where tenant_id = $1 and user_id = $2 and kind = '\(MailKind.emailChanged.rawValue)'
                and lower(recipient collate "C") = lower($3::text collate "C")
                and issued_at is null and failed_at is null
        ) ways_back
        order by id limit 1
        """,
        bind: { ($0.tenant, $0.user, $0.address) }, row: { (id: UUID) in id })

    /// The addresses that wait to be told of a change, of those from `first` on.
    static let untold = Statement<(tenant: UUID, user: UUID, first: UUID), String>(
        """
        select recipient from mails
        where tenant_id = $1 and user_id = $2 and kind = '\(MailKind.emailChanged.rawValue)' and id >= $3
            and failed_at is null
        order by id
        """,
        bind: { ($0.tenant, $0.user, $0.first) }, row: { (recipient: String) in recipient })
}
