import FoundationEssentials
import Postgres

enum GuessStatements {
    struct Attempt: Sendable {
        let tenant: UUID
        let account: GuessedAccount
        let budget: GuessBudget
    }

    /// Counts the attempt before it is made. No row when the budget is used up and the delay isn't over: one second after
    /// the last failure it allows, doubling with each further one, sixty at the most.
    static let count = Statement<Attempt, Bool>(
        """
        insert into guess_counters as c (tenant_id, subject, failures, window_ends_at, next_attempt_at)
        values ($1, $2, 1, now() + make_interval(secs => $4), now() + case when $3 > 1 then '0 s' else '1 s' end::interval)
        on conflict (tenant_id, subject) do update set
            failures = case when c.window_ends_at <= now() then 1 else c.failures + 1 end,
            window_ends_at = case
                when c.window_ends_at <= now() then now() + make_interval(secs => $4) else c.window_ends_at end,
            next_attempt_at = case
                when c.window_ends_at <= now() then excluded.next_attempt_at
                when c.failures + 1 < $3 then now()
                else now() + make_interval(secs => least(60, 2 ^ least(c.failures + 1 - $3, 6))) end
        where c.window_ends_at <= now() or c.failures < $3 or c.next_attempt_at <= now()
        returning true
        """,
        bind: { ($0.tenant, $0.account.digest, Int32($0.budget.failures), $0.budget.window.seconds) },
        row: { (counted: Bool) in counted })

    /// Whole seconds until the next attempt is allowed.
    static let wait = Statement<(tenant: UUID, account: GuessedAccount), Int32>(
        """
        select greatest(1, least(60, ceil(extract(epoch from next_attempt_at - now()))))::integer
        from guess_counters where tenant_id = $1 and subject = $2
        """,
        bind: { ($0.tenant, $0.account.digest) }, row: { (seconds: Int32) in seconds })

    static let giveBack = Statement<(tenant: UUID, account: GuessedAccount), Void>(
        """
        update guess_counters set failures = greatest(failures - 1, 0), next_attempt_at = now()
        where tenant_id = $1 and subject = $2
        """,
        bind: { ($0.tenant, $0.account.digest) })

    /// What was counted against an account is forgotten: its owner has proved who they are by other means.
    static let forget = Statement<(tenant: UUID, account: GuessedAccount), Void>(
        "delete from guess_counters where tenant_id = $1 and subject = $2",
        bind: { ($0.tenant, $0.account.digest) })
}
