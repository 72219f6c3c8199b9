import FoundationEssentials
public import Postgres

/// The database as operations see it: the one place that names the tenant to row-level security.
///
/// A statement and its tenant go out together and cost one round trip (`set_config(…, true)` in the same implicit
/// transaction), so that the setting can't outlive the statement, behind a pooler neither.
public struct Database: Sendable {
    private let pool: Pool

    public init(pool: Pool) {
        self.pool = pool
    }

    func query<I: Sendable, O: Sendable>(_ statement: Statement<I, O>, _ input: I, in tenant: UUID)
        async throws(PostgresError) -> [O]
    {
        try await pool.query(statement, input, settings: [Self.setting(tenant)])
    }

    func first<I: Sendable, O: Sendable>(_ statement: Statement<I, O>, _ input: I, in tenant: UUID)
        async throws(PostgresError) -> O?
    {
        try await pool.first(statement, input, settings: [Self.setting(tenant)])
    }

    /// As `first`, planned for these very values each time: for a statement whose best plan depends on how large the tenant is.
    func firstPlannedAnew<I: Sendable, O: Sendable>(_ statement: Statement<I, O>, _ input: I, in tenant: UUID)
        async throws(PostgresError) -> O?
    {
        let planning = LocalSetting("plan_cache_mode", "force_custom_plan")
        return try await pool.first(statement, input, settings: [Self.setting(tenant), planning])
    }

    /// As `query`, planned without the values: for a statement that looks single rows up in a tenant of which the server's statistics may
    /// not tell yet. Planned for its very id, such a tenant is taken for empty, and any index for as good as the right one.
    func queryPlannedOnce<I: Sendable, O: Sendable>(_ statement: Statement<I, O>, _ input: I, in tenant: UUID)
        async throws(PostgresError) -> [O]
    {
        let planning = LocalSetting("plan_cache_mode", "force_generic_plan")
        return try await pool.query(statement, input, settings: [Self.setting(tenant), planning])
    }

    /// Runs `body`, which waits for what a statement says that is sent for several at once: in a trace it is that statement.
    func awaiting<I, O, R>(
        _ statement: Statement<I, O>, _ body: () async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        try await pool.awaiting(statement, body)
    }

    /// Counts how long something waited for its statement to be sent, as a wait for a connection: to whoever waits it is the same.
    func noteWait(_ duration: Duration) {
        pool.noteWait(duration)
    }

    /// The rows of a statement that answers many questions at once, in the order of the questions; nil for those it says nothing
    /// of.
    func answers<Question: Hashable, I: Sendable, Row: Sendable>(
        to questions: [Question], of statement: Statement<I, Row>, _ input: I, in tenant: UUID,
        by question: (Row) -> Question
    ) async throws(PostgresError) -> [Row?] {
        let rows = try await query(statement, input, in: tenant)
        if questions.count == 1 { return [rows.first] }
        let byQuestion = Dictionary(rows.map { (question($0), $0) }) { first, _ in first }
        return questions.map { byQuestion[$0] }
    }

    @discardableResult
    func execute<I: Sendable, O: Sendable>(
        _ statement: Statement<I, O>, _ input: I, in tenant: UUID, always: Bool = false
    ) async throws(PostgresError) -> Int {
        try await pool.execute(statement, input, settings: [Self.setting(tenant)], always: always)
    }

    func transaction<R: Sendable>(
        in tenant: UUID, _ body: @Sendable (Transaction) async throws -> R
    ) async throws -> R {
        try await pool.transaction(settings: [Self.setting(tenant)], body)
    }

    /// Runs `body`, which may work on what only its caller has: a file that is read or written meanwhile.
    ///
    /// - Parameter snapshot: Whether every statement sees the database as it was at the first.
    nonisolated(nonsending) func transaction<R: Sendable>(
        in tenant: UUID, snapshot: Bool, _ body: (Transaction) async throws -> R
    ) async throws -> R {
        try await pool.transaction(settings: [Self.setting(tenant)], snapshot: snapshot, body)
    }

    /// `refusal`, or `tenantNotFound` when the tenant has been disabled or deleted since it was looked up: asked only where
    /// a statement found nothing.
    func refusal(_ refusal: Refusal, in tenant: UUID) async throws(PostgresError) -> Refusal {
        try await pool.first(TenantStatements.isEnabled, tenant) == true ? refusal : .tenantNotFound
    }

    /// Statements on `tenants` and the catalogue, which belong to no tenant: no row of a tenant table is visible to them.
    var untenanted: Pool { pool }

    private static func setting(_ tenant: UUID) -> LocalSetting {
        LocalSetting("gatehouse.tenant_id", tenant.lowercaseString)
    }
}
