/// Counting for a statement to carry along, so that what is counted and what it is counted for are one round trip and one transaction.
///
/// The tenant is `$1` of that statement. The other arguments are SQL.
enum BudgetStatements {
    /// An `insert` into the counters for the one row of `rows`, if there is one, that gives a row while the budget lasts.
    static func counting(subject: String, limit: String, window: String, from rows: String, where condition: String)
        -> String
    {
        """
        insert into guess_counters as c (tenant_id, subject, failures, window_ends_at, next_attempt_at)
        select $1, \(subject), 1, now() + make_interval(secs => \(window)), now() from \(rows) where \(condition)
        on conflict (tenant_id, subject) do update set
            failures = case when \(isOver(window)) then 1 else c.failures + 1 end,
            window_ends_at = case when \(isOver(window)) then excluded.window_ends_at else c.window_ends_at end
        where \(isOver(window)) or c.failures < \(limit)
        returning true
        """
    }

    /// Whether the window of the counter `c` is over. None ends later than one that begins now: where one does, the clock has been set back
    /// since, and it would last until that time has come again, or the setting was made shorter.
    static func isOver(_ window: String) -> String {
        "(c.window_ends_at <= now() or c.window_ends_at > now() + make_interval(secs => \(window)) + \(clockLeeway))"
    }

    /// How much earlier a transaction may have begun than one that counted before it.
    static let clockLeeway = "interval '60 s'"

    /// Whole seconds until a budget that is used up is there again: one where this statement doesn't see yet who has used it up.
    static func wait(for subject: String) -> String {
        """
        greatest(1, (
            select ceil(extract(epoch from c.window_ends_at - now())) from guess_counters c
            where c.tenant_id = $1 and c.subject = \(subject)))::integer
        """
    }

    /// A budget as the statement takes it.
    struct Limit: Sendable {
        let count: Int32
        let window: Double

        /// - Parameter budget: Nil where there is no limit.
        init(_ budget: GuessBudget?) {
            count = budget.map { Int32($0.failures) } ?? .max
            window = budget?.window.seconds ?? 1
        }
    }
}
