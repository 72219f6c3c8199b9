import FoundationEssentials
import Postgres

extension OneTimeTokenStatements {
    /// Makes what was mailed to a user worthless, and what is queued isn't sent: whoever changed the account is not to be undone by an
    /// older mail. But for what undoes a change of address: there the owner has the last word, and of several the earliest is theirs,
    /// so that only `undo` and those later go, where one is named.
    ///
    /// In a transaction that has locked the user's row.
    ///
    /// The mails that name the user and those that name only the address are looked for apart: under row-level security a condition on the
    /// address bounds nothing that is read of the index, nor does one that is an alternative to it.
    static let void = Statement<(tenant: UUID, user: UUID, undo: UUID?), Void>(
        """
        with unsent as (
            delete from mails m where m.tenant_id = $1 and m.user_id = $2 and \(isVoid)
        ), unclaimed as (
            delete from mails m using users u
            where u.tenant_id = $1 and u.id = $2 and m.tenant_id = $1 and m.user_id is null
                and lower(m.recipient collate "C") = u.email_key and \(isVoid)
        )
        delete from one_time_tokens
        where tenant_id = $1 and user_id = $2
            and (purpose <> '\(OneTimePurpose.undoEmailChange.rawValue)' or id >= $3)
        """,
        bind: { ($0.tenant, $0.user, $0.undo) })

    /// Of a mail `m`, whether what it brings is void.
    private static let isVoid = """
        (m.kind in (\(kinds { $0 != .undoEmailChange })) or m.kind in (\(kinds { $0 == .undoEmailChange })) and m.id >= $3)
        """

    /// The kinds of mails with tokens that are good for such a purpose, as a list in SQL.
    private static func kinds(for isMeant: (OneTimePurpose) -> Bool) -> String {
        MailKind.allCases.filter { $0.purpose.map(isMeant) ?? false }.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }
}
