extension Connection {
    /// Runs `body` in a transaction block, with `settings` in force for all of it. What `body` throws rolls back.
    ///
    /// A commit whose answer is lost is a ``PostgresError/connectionLost(reason:outcomeUnknown:)``. When a statement
    /// failed and `body` went on regardless, nothing is committed and that statement's error is thrown.
    /// - Parameters:
    ///   - snapshot: Whether every statement sees the database as it was at the first (`repeatable read`).
    ///   - deadline: For each statement, and for the commit.
    nonisolated(nonsending) public func transaction<R: Sendable>(
        settings: [LocalSetting] = [], snapshot: Bool = false, deadline: Duration = defaultDeadline,
        _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let id = try await beginTransaction(settings, snapshot: snapshot)
        return try await runTransaction(id, deadline: deadline, body)
    }

    nonisolated(nonsending) func runTransaction<R: Sendable>(
        _ id: UInt64, deadline: Duration, _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let outcome: R
        do {
            outcome = try await body(Transaction(connection: self, id: id, deadline: deadline))
        } catch {
            await rollBack(id)
            throw error
        }
        try await trace.statement(Command.commit.summary) { () async throws(PostgresError) in
            try await commit(id, until: .now + deadline)
        }
        return outcome
    }

    func beginTransaction(_ settings: [LocalSetting], snapshot: Bool) throws(PostgresError) -> UInt64 {
        guard openTransaction == nil else { throw .transactionInProgress }
        try ensureAlive()
        transactionCounter += 1
        openTransaction = OpenTransaction(id: transactionCounter, isSnapshot: snapshot, settings: settings)
        return transactionCounter
    }

    private func commit(_ id: UInt64, until deadline: ContinuousClock.Instant) throws(PostgresError) {
        guard let transaction = openTransaction, transaction.id == id else { throw .closed }
        if let failure = transaction.failure {
            rollBack(id)
            throw failure
        }
        openTransaction = nil
        guard transaction.settings == nil else { return }
        guard libpq != nil else { throw .closed }
        let tag: String
        do throws(PostgresError) {
            tag = try trip([.commit], until: deadline, cancellation: nil).commandTag
        } catch {
            // One that failed before it ran has ended nothing, and the next statement would be refused for it.
            tidy()
            throw error
        }
        if tag != "COMMIT" { throw .closed }
    }

    /// A statement of the transaction failed, at the server or before it was sent.
    func note(_ failure: PostgresError, in id: UInt64) {
        guard openTransaction?.id == id, openTransaction?.failure == nil else { return }
        openTransaction?.failure = failure
    }

    /// Where even this fails the connection is spent, and the server rolls back by itself.
    private func rollBack(_ id: UInt64) {
        guard let transaction = openTransaction, transaction.id == id else { return }
        openTransaction = nil
        guard transaction.settings == nil, libpq != nil else { return }
        do {
            _ = try trip([.rollBack], until: .now + Self.defaultDeadline, cancellation: nil, mayCommit: false)
        } catch {
            libpq = nil
        }
    }

    /// Ends a transaction that a borrower, or a commit, may have left open.
    func tidy() {
        openTransaction = nil
        guard let libpq, libpq.isInTransaction else { return }
        do {
            _ = try trip([.rollBack], until: .now + Self.defaultDeadline, cancellation: nil, mayCommit: false)
        } catch {
            self.libpq = nil
        }
    }
}
