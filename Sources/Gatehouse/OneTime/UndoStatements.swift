import FoundationEssentials
import Postgres

/// The ways back that changes of a user's address have left: tokens, and queued mails that get one when they are sent. Of several the
/// lower id is that of the earlier change.
enum UndoStatements {
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
