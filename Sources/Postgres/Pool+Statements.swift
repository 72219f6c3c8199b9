extension Pool {
    /// Runs a statement on a connection of its own and returns its rows. `settings` hold for this statement only.
    ///
    /// - Parameter party: Whom the statement is for, where no setting says so: statements of one name share what one may have of the
    ///   pool.
    nonisolated(nonsending) public func query<Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting] = [], party: String? = nil,
        deadline: Duration? = nil
    ) async throws(PostgresError) -> [Output] {
        let command = try Command(statement, input)
        let errand = Errand(settings: settings, party: party)
        return try await onAnyConnection(for: errand) { connection throws(PostgresError) in
            try await connection.rows(
                of: command, settings: settings, deadline: deadline ?? configuration.statementDeadline, in: nil,
                decode: statement.decode)
        }
    }

    /// The only row, or nil when there is none. More than one is a ``PostgresError/decoding(_:)``.
    nonisolated(nonsending) public func first<Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting] = [], party: String? = nil,
        deadline: Duration? = nil
    ) async throws(PostgresError) -> Output? {
        try await query(statement, input, settings: settings, party: party, deadline: deadline).onlyRow()
    }

    /// Runs a statement and returns how many rows it inserted, updated, deleted or selected.
    ///
    /// - Parameter always: Whether it may wait for a connection however many statements do already: for what takes back
    ///   something that was done before.
    @discardableResult
    nonisolated(nonsending) public func execute<Input, Output>(
        _ statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting] = [],
        deadline: Duration? = nil, always: Bool = false
    ) async throws(PostgresError) -> Int {
        let command = try Command(statement, input)
        let errand = Errand(settings: settings, always: always)
        return try await onAnyConnection(for: errand) { connection throws(PostgresError) in
            try await connection.affectedRows(
                of: command, settings: settings, deadline: deadline ?? configuration.statementDeadline, in: nil)
        }
    }

    /// Runs `body`, which waits for what a statement says that is sent in another task, for several at once: in a trace it is that
    /// statement.
    nonisolated(nonsending) public func awaiting<Input, Output, R>(
        _ statement: Statement<Input, Output>, _ body: () async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        try await StatementTrace(tracer: configuration.tracer).statement(statement.summary, body)
    }

    /// Reports a wait that was spent before the pool was asked for a connection, together with its own.
    public func noteWait(_ duration: Duration) {
        configuration.onWait?(duration)
    }

    /// Runs `body` in a transaction block; see ``Connection/transaction(settings:snapshot:deadline:_:)``.
    nonisolated(nonsending) public func transaction<R: Sendable>(
        settings: [LocalSetting] = [], snapshot: Bool = false, _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let (connection, id) = try await borrow(for: Errand(settings: settings)) { connection throws(PostgresError) in
            try await connection.beginTransaction(settings, snapshot: snapshot)
        }
        defer { giveBack(connection) }
        do {
            let outcome = try await connection.runTransaction(id, deadline: configuration.statementDeadline, body)
            configuration.onEvent?(.answered)
            return outcome
        } catch let error as PostgresError {
            configuration.onEvent?(.failed(error))
            throw error
        }
    }

    /// Lends one connection to `body`, for advisory locks and scripts. A transaction left open is rolled back;
    /// other traces in the session, such as locks, are for `body` to clear.
    nonisolated(nonsending) public func withConnection<R>(
        _ body: (Connection) async throws -> R
    ) async throws -> R {
        let (connection, _) = try await borrow(for: Errand(settings: [])) { connection throws(PostgresError) in
            try await connection.ensureAlive()
        }
        do {
            let outcome = try await body(connection)
            await connection.tidy()
            giveBack(connection)
            return outcome
        } catch {
            await connection.tidy()
            giveBack(connection)
            throw error
        }
    }

    nonisolated(nonsending) func onAnyConnection<R>(
        for errand: Errand, _ body: (Connection) async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        let (connection, outcome) = try await borrow(for: errand, body)
        giveBack(connection)
        configuration.onEvent?(.answered)
        return outcome
    }

    /// Runs `body` on a connection that the caller gives back. Where `body` finds the connection dead before anything
    /// depends on it, another one is taken: after a restart of the server every idle connection may be dead. The time to wait for a
    /// connection is that of all of them together.
    private nonisolated(nonsending) func borrow<R>(
        for errand: Errand, _ body: (Connection) async throws(PostgresError) -> R
    ) async throws(PostgresError) -> (Connection, R) {
        var attemptsLeft = configuration.size
        let start = ContinuousClock.now
        while true {
            let connection = try await lease(for: errand, since: start)
            do throws(PostgresError) {
                return (connection, try await body(connection))
            } catch {
                giveBack(connection)
                guard case .connectionLost(_, outcomeUnknown: false) = error, attemptsLeft > 0 else {
                    configuration.onEvent?(.failed(error))
                    throw error
                }
                attemptsLeft -= 1
            }
        }
    }
}
