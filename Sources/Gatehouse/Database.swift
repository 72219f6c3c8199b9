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

    /// As `query`, but its commit waits neither for the disk nor for a standby: for what may be lost in a crash, and must not tell by the
    /// time it takes whether it changed anything. Whatever is committed after it in the usual way isn't there without it.
    func queryUnflushed<I: Sendable, O: Sendable>(_ statement: Statement<I, O>, _ input: I, in tenant: UUID)
        async throws(PostgresError) -> [O]
    {
        let commit = LocalSetting("synchronous_commit", "off")
        return try await pool.query(statement, input, settings: [Self.setting(tenant), commit])
    }

    /// Gathers the questions of each tenant for one statement.
    ///
    /// - Parameters:
    ///   - mayRepeat: Whether a statement whose answer can't be read may be put again.
    ///   - answers: What the rows say of each question, in their order; nil for those they say nothing of.
    func gathering<Question: Sendable, Answer: Sendable, I: Sendable, Row: Sendable>(
        _ statement: Statement<I, Row>, mayRepeat: Bool,
        input: @escaping @Sendable (_ questions: [Question], _ tenant: UUID) -> I,
        answers: @escaping @Sendable (_ questions: [Question], _ rows: [Row]) -> [Answer?]
    ) -> Gathering<Question, Answer> {
        Gathering(mayRepeat: mayRepeat) { [self] questions, tenant throws(PostgresError) in
            answers(questions, try await query(statement, input(questions, tenant), in: tenant))
        } series: { [pool] first, tenant, next in
            await pool.series(statement, first, settings: [Self.setting(tenant)]) { questions in
                input(questions, tenant)
            } next: { questions, outcome in
                next(outcome.map { answers(questions, $0) })
            }
        } wait: { [pool] wait throws(PostgresError) in
            // In a trace it is the statement that answers the question, among others.
            try await pool.awaiting(statement, wait)
        } onWait: { [pool] wait in
            // To whoever waits it is the same as a wait for a connection.
            pool.noteWait(wait)
        }
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
        try await first(TenantStatements.isEnabled, tenant, in: tenant) == true ? refusal : .tenantNotFound
    }

    /// As `transaction`, but where its body throws `refusal`, for want of a row, that is thrown which `refusal(_:in:)` makes of it.
    ///
    /// It is asked once the transaction is over: within, it would wait for a second connection with one in hand.
    func transaction<R: Sendable>(
        in tenant: UUID, refusing refusal: Refusal, _ body: @Sendable (Transaction) async throws -> R
    ) async throws -> R {
        do {
            return try await transaction(in: tenant, body)
        } catch let thrown as Refusal where thrown == refusal {
            throw try await self.refusal(refusal, in: tenant)
        }
    }

    /// The row of a statement that finds out which tenant a stranger names, if there is such a one.
    ///
    /// Anybody can make any number of names up. So all these look-ups together get of the pool what one tenant gets, and those who name
    /// a tenant that is known keep the rest: it is read again with `first`, on its own account.
    func lookUp<I: Sendable, O: Sendable>(_ statement: Statement<I, O>, _ input: I) async throws(PostgresError) -> O? {
        try await pool.first(statement, input, party: "look-ups")
    }

    /// Statements on the catalogue and on tables that belong to no tenant, `tenants` first of all: no row of a tenant table is visible
    /// to them. Nothing limits what they take of the pool: none of them is asked because a stranger wants it.
    var untenanted: Pool { pool }

    private static func setting(_ tenant: UUID) -> LocalSetting {
        LocalSetting("gatehouse.tenant_id", tenant.lowercaseString)
    }
}
