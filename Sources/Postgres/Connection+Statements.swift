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
}

extension Array {
    func onlyRow() throws(PostgresError) -> Element? {
        guard count <= 1 else {
            throw .decoding(DecodingFault(column: nil, expected: "at most one row", actual: "\(count)"))
        }
        return first
    }
}
