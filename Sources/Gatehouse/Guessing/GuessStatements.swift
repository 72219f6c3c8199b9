import FoundationEssentials
import Postgres

enum GuessStatements {
    struct Attempt: Sendable {
        let tenant: UUID
        let account: GuessedAccount
        let budget: GuessBudget
    }

    struct DeviceAttempt: Sendable {
        let device: DeviceClaims
        let budget: GuessBudget
    }

    /// How many devices' budgets all devices of a user have together. One alone makes at most 43 failures in any quarter of an hour at
    /// the standard budget of 10, delays included, so that a stolen one doesn't use up what the others have.
    static let budgetsOfDevices = 5

    /// Counts the attempt before it is made. No row when the budget is used up and the delay isn't over.
    static let count = Statement<Attempt, Bool>(
        counting("$2", upTo: "$3"),
        bind: { ($0.tenant, $0.account.digest, Int32($0.budget.failures), $0.budget.window.seconds) },
        row: { (counted: Bool) in counted })

    /// Counts the attempt of a device against its own budget, and then against that of all devices of its user. No row when its own is
    /// used up; false when it has been counted there and the other one is used up.
    ///
    /// It locks two counters, and the tenant where the second of them is new, yet doesn't hold the tenant first as other writers do:
    /// the table is unlogged, and that lock would make each attempt of a flood a record in the write-ahead log and a wait for the disk.
    /// At worst the deletion of a tenant, which is disabled by then, and an attempt that was under way wait for each other, and PostgreSQL
    /// ends one of them: the attempt is answered 503, or the deletion has to be repeated.
    static let countByDevice = Statement<DeviceAttempt, Bool>(
        """
        with own as (
            \(counting("$2", upTo: "$3"))
        ), together as (
            \(counting("$5", upTo: "($3 * \(budgetsOfDevices))", from: "own"))
        )
        select exists (select from together) from own
        """,
        bind: {
            (
                $0.device.tenantID, GuessedAccount($0.device).digest, Int32($0.budget.failures),
                $0.budget.window.seconds, GuessedAccount(devicesLike: $0.device).digest
            )
        },
        row: { (counted: Bool) in counted })

    /// An `insert` that counts an attempt and gives a row while the budget lasts, and beyond it once the delay is over: one second after
    /// the last failure that it allows, doubling with each further one, sixty at the most. The tenant is `$1`, the window `$4`.
    ///
    /// A delay that ends later than any that begins now was made before the clock was set back, and counts as over.
    ///
    /// - Parameter rows: Where there is none, nothing is counted.
    private static func counting(_ subject: String, upTo failures: String, from rows: String? = nil) -> String {
        let isOver = BudgetStatements.isOver("$4")
        return """
            insert into guess_counters as c (tenant_id, subject, failures, window_ends_at, next_attempt_at)
            select $1, \(subject), 1, now() + make_interval(secs => $4),
                now() + case when \(failures) > 1 then '0 s' else '1 s' end::interval \(rows.map { "from \($0)" } ?? "")
            on conflict (tenant_id, subject) do update set
                failures = case when \(isOver) then 1 else c.failures + 1 end,
                window_ends_at = case when \(isOver) then excluded.window_ends_at else c.window_ends_at end,
                next_attempt_at = case
                    when \(isOver) then excluded.next_attempt_at
                    when c.failures + 1 < \(failures) then now()
                    else now() + make_interval(secs => least(60, 2 ^ least(c.failures + 1 - \(failures), 6))) end
            where \(isOver) or c.failures < \(failures) or c.next_attempt_at <= now()
                or c.next_attempt_at > now() + interval '60 s' + \(BudgetStatements.clockLeeway)
            returning true
            """
    }

    /// Whole seconds until the next attempt is allowed.
    static let wait = Statement<(tenant: UUID, account: GuessedAccount), Int32>(
        """
        select greatest(1, least(60, ceil(extract(epoch from next_attempt_at - now()))))::integer
        from guess_counters where tenant_id = $1 and subject = $2
        """,
        bind: { ($0.tenant, $0.account.digest) }, row: { (seconds: Int32) in seconds })

    /// Of two the first is locked first, as where they are counted: else two attempts of one device could wait for each other.
    static let giveBack = Statement<(tenant: UUID, first: GuessedAccount, second: GuessedAccount?), Void>(
        """
        with first as (
            update guess_counters set failures = greatest(failures - 1, 0), next_attempt_at = now()
            where tenant_id = $1 and subject = $2 returning subject
        )
        update guess_counters set failures = greatest(failures - 1, 0), next_attempt_at = now()
        where tenant_id = $1 and subject = $3 and exists (select from first)
        """,
        bind: { ($0.tenant, $0.first.digest, $0.second?.digest) })

    /// What was counted against an account is forgotten: its owner has proved who they are by other means.
    static let forget = Statement<(tenant: UUID, account: GuessedAccount), Void>(
        "delete from guess_counters where tenant_id = $1 and subject = $2",
        bind: { ($0.tenant, $0.account.digest) })
}
