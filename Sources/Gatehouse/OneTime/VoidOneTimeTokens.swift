import FoundationEssentials
import Postgres

extension OneTimeTokenStatements {
    /// Makes what was mailed to a user worthless, and what is queued isn't sent: whoever changed the account is not to be undone by an
    /// older mail. But for what undoes a change of address: there the owner has the last word, and of several the earliest is theirs,
    /// so that only `undo` and those later go, where one is named.
    ///
    /// In a transaction that has locked the user's row.
    static let void = Statement<(tenant: UUID, user: UUID, undo: UUID?), Void>(
        """
        with unsent as (
            delete from mails m using users u
            where u.tenant_id = $1 and u.id = $2 and m.tenant_id = $1
                and (m.user_id = u.id or m.user_id is null and lower(m.recipient collate "C") = u.email_key)
                and (m.kind in ('email_verification', 'password_reset', 'email_login', 'email_change')
                    or m.kind = 'email_changed' and m.id >= $3)
        )
        delete from one_time_tokens
        where tenant_id = $1 and user_id = $2 and (purpose <> 'undo_email_change' or id >= $3)
        """,
        bind: { ($0.tenant, $0.user, $0.undo) })
}
