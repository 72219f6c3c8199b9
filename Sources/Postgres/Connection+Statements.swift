extension Connection {
    /// Runs a statement and returns its rows. `settings` hold for this statement only.
    nonisolated(nonsending) public func query<Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting] = [],
        deadline: Duration = defaultDeadline
    ) async throws(PostgresError) -> [Output] {
        try await rows(
            of: try Command(statement, input), settings: settings, deadline: deadline, in: nil,
            decode: statement.decode)
    }

    /// The only row, or nil when there is none. More than one is a ``PostgresError/decoding(_:)``.
    nonisolated(nonsending) public func first<Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting] = [],
        deadline: Duration = defaultDeadline
    ) async throws(PostgresError) -> Output? {
        try await query(statement, input, settings: settings, deadline: deadline).onlyRow()
    }

    /// Runs a statement and returns how many rows it inserted, updated, deleted or selected.
    @discardableResult
    nonisolated(nonsending) public func execute<Input, Output>(
        _ statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting] = [],
        deadline: Duration = defaultDeadline
    ) async throws(PostgresError) -> Int {
        try await affectedRows(
            of: try Command(statement, input), settings: settings, deadline: deadline, in: nil)
    }

    nonisolated(nonsending) func rows<Output: Sendable>(
        of command: Command, settings: [LocalSetting], deadline: Duration, in transaction: UInt64?,
        decode: @escaping @Sendable (borrowing ServerResult) throws(PostgresError) -> [Output]
    ) async throws(PostgresError) -> [Output] {
        let execution = Execution(command: command, settings: settings, deadline: deadline, transaction: transaction)
        return try await trace.statement(command.summary) { () async throws(PostgresError) in
            try await interruptible { cancellation async throws(PostgresError) in
                try await perform(execution, cancellation: cancellation, read: decode)
            }
        }
    }

    nonisolated(nonsending) func affectedRows(
        of command: Command, settings: [LocalSetting], deadline: Duration, in transaction: UInt64?
    ) async throws(PostgresError) -> Int {
        let execution = Execution(command: command, settings: settings, deadline: deadline, transaction: transaction)
        return try await trace.statement(command.summary) { () async throws(PostgresError) in
            try await interruptible { cancellation async throws(PostgresError) in
                try await perform(execution, cancellation: cancellation) { result in result.affectedRows }
            }
        }
    }

    struct Execution: Sendable {
        let command: Command
        let settings: [LocalSetting]
        let deadline: Duration
        let transaction: UInt64?
    }

    /// Synchronous, so that it runs from start to end on this connection's thread and nothing comes in between.
    func perform<Output: Sendable>(
        _ execution: Execution, cancellation: Signal,
        read: @Sendable (borrowing ServerResult) throws(PostgresError) -> Output
    ) throws(PostgresError) -> Output {
        let deadline = ContinuousClock.now + execution.deadline
        try ensureAlive()
        var commands: [Command] = []
        guard let transaction = execution.transaction else {
            for setting in execution.settings { commands.append(try .apply(setting)) }
            commands.append(execution.command)
            return try read(try trip(commands, until: deadline, cancellation: cancellation))
        }
        guard openTransaction?.id == transaction else { throw .closed }
        if let settings = openTransaction?.settings {
            commands.append(openTransaction?.isSnapshot == true ? .beginSnapshot : .begin)
            for setting in settings { commands.append(try .apply(setting)) }
        }
        commands.append(execution.command)
        // Only what has reached the server has begun.
        defer { if libpq?.isInTransaction != false { openTransaction?.settings = nil } }
        return try read(try trip(commands, until: deadline, cancellation: cancellation, mayCommit: false))
    }
}

extension Array {
    func onlyRow() throws(PostgresError) -> Element? {
        guard count <= 1 else {
            throw .decoding(DecodingFault(column: nil, expected: "at most one row", actual: "\(count)"))
        }
        return first
    }
}
