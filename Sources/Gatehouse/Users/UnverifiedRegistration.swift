import FoundationEssentials
import Postgres

/// A registration whose answer doesn't tell whether the address is known.
struct UnverifiedRegistration: Sendable {
    let user: NewUser
    /// The id of the mail, whichever it is.
    let mail: UUID
    /// What mails are counted under that verify an address that has just been registered.
    let new: CountedSubject
    /// What mails are counted under that tell an owner of somebody's registering their address.
    let known: CountedSubject
    let budget: GuessBudget?
    let stamp: EventStamp

    enum Outcome: String, Sendable {
        case accepted
        case usernameTaken = "username_taken"
        case closed
    }

    /// Makes the user and queues the mail that verifies the address, or else queues one to the owner of the address. Either is counted
    /// once, and left out where the address has had as many of its kind.
    ///
    /// The username is looked at first, whether or not the address is known, so that neither hides the other. The owner's row is locked: a
    /// mail for one who is deleted meanwhile couldn't be queued.
    static let statement = Statement<UnverifiedRegistration, Outcome>(
        """
        with \(TenantStatements.held), open as (
            select id from t where registration_open and disabled_at is null
        ), namesake as (
            select u.id from users u, open where u.tenant_id = open.id and u.username_key = lower($4::text collate "C")
        ), known as (
            select u.id, u.email from users u, open
            where u.tenant_id = open.id and u.email_key = lower($3::text collate "C") and u.disabled_at is null
                and not exists (select from namesake)
            for key share of u
        ), made as (
            insert into users as u (tenant_id, id, email, username, name, password_hash)
            select open.id, $2, $3, $4, $5, $6 from open where not exists (select from namesake)
            on conflict on constraint users_email_key do nothing
            returning u.id, u.email
        ), recorded as (
            \(AuditStatements.insertion(of: .userRegistered, for: "made", user: "made.id", stamp: 7))
        ), counted as (
            \(BudgetStatements.counting(
                subject: "addressed.subject", limit: "$14", window: "$15",
                from: "(select $12::bytea as subject from made union all select $13 from known) addressed", where: "true"))
        ), queued as (
            insert into mails (tenant_id, id, user_id, kind, recipient, locale)
            select $1, $10, made.id, '\(MailKind.verifyEmail.rawValue)', made.email, $11 from made, counted
            union all
            select $1, $10, known.id, '\(MailKind.alreadyRegistered.rawValue)', known.email, $11 from known, counted
            returning id
        ), due as (
            \(MailStatements.delivery(of: "queued"))
        )
        select case when not exists (select from open) then '\(Outcome.closed.rawValue)'
            when exists (select from namesake) then '\(Outcome.usernameTaken.rawValue)' else '\(Outcome.accepted.rawValue)' end
        """,
        bind: {
            let (user, client, limit) = ($0.user, $0.stamp.client, BudgetStatements.Limit($0.budget))
            return (
                user.tenant, user.id, user.email, user.username, user.name, user.passwordHash?.stored, $0.stamp.id,
                client.address, client.userAgent, $0.mail, client.language?.text, $0.new.digest, $0.known.digest,
                limit.count, limit.window
            )
        },
        row: { (outcome: String) in
            guard let outcome = Outcome(rawValue: outcome) else { throw UnknownStoredValue(column: "outcome") }
            return outcome
        })
}
