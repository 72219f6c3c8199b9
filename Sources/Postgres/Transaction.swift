/// A transaction block on one connection; valid only inside the body it was given to.
///
/// `begin` and the settings travel with the first statement, so a body without statements costs nothing. Every
/// method throws ``PostgresError/closed`` after the body has returned.
public struct Transaction: Sendable {
    let connection: Connection
    let id: UInt64
    let deadline: Duration

    /// Runs a statement and returns its rows.
    nonisolated(nonsending) public func query<Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ input: Input, deadline: Duration? = nil
    ) async throws(PostgresError) -> [Output] {
        try await noting { () async throws(PostgresError) in
            try await connection.rows(
                of: try Command(statement, input), settings: [], deadline: deadline ?? self.deadline, in: id,
                decode: statement.decode)
        }
    }

    /// The only row, or nil when there is none. More than one is a ``PostgresError/decoding(_:)``.
    nonisolated(nonsending) public func first<Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ input: Input, deadline: Duration? = nil
    ) async throws(PostgresError) -> Output? {
        try await noting { () async throws(PostgresError) in
            try await query(statement, input, deadline: deadline).onlyRow()
        }
    }

    /// Runs a statement and returns how many rows it inserted, updated, deleted or selected.
    @discardableResult
    nonisolated(nonsending) public func execute<Input, Output>(
        _ statement: Statement<Input, Output>, _ input: Input, deadline: Duration? = nil
    ) async throws(PostgresError) -> Int {
        try await noting { () async throws(PostgresError) in
            try await connection.affectedRows(
                of: try Command(statement, input), settings: [], deadline: deadline ?? self.deadline, in: id)
        }
    }

    /// What fails in here fails the transaction, even where its body goes on.
    private nonisolated(nonsending) func noting<R>(
        _ work: () async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        do {
            return try await work()
        } catch {
            await connection.note(error, in: id)
            throw error
        }
    }
}
