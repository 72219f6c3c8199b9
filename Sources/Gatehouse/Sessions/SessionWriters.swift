import Postgres

/// The transactions that were writing sessions at a moment, or might come to it, of whichever tenant. What they write, nobody else sees
/// before they are committed, and that waits for the disk, and for a standby where there is a synchronous one.
struct SessionWriters: Sendable {
    private let transactions: Set<String>
    private let database: Database

    static func now(in database: Database) async throws -> SessionWriters {
        let transactions = try await database.untenanted.query(SessionStatements.writers, ())
        return SessionWriters(transactions: Set(transactions), database: database)
    }

    var isEmpty: Bool { transactions.isEmpty }

    /// Returns when all of them have ended, and after `limit` whether or not they have: somebody may write for hours.
    func waitForEnd(atMost limit: Duration) async throws {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < limit {
            let writing = try await Self.now(in: database).transactions
            if transactions.isDisjoint(with: writing) { return }
            // The server tells nobody that a transaction has ended.
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension SessionStatements {
    /// The transactions that write sessions, by names that none has twice. Each holds this lock from before it writes until what it has
    /// written can be seen. A sign-in by mail begins with its token, at which it may wait for its user's row; its session is as old as that.
    static let writers = Statement<Void, String>(
        """
        select virtualtransaction from pg_locks
        where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
            and relation in ('refresh_tokens'::regclass, 'one_time_tokens'::regclass)
            and database = (select oid from pg_database where datname = current_database())
        """,
        bind: { () }, row: { (transaction: String) in transaction })
}
