import Testing

@testable import Postgres

@Suite("Transactions whose task is cancelled", .timeLimit(.minutes(2)))
struct CancelledTransactionTests {
    private let insert = NumberTable.insert
    private let all = NumberTable.all

    private struct Refusal: Error {}

    @Test("a cancelled task rolls back")
    func cancelled() async throws {
        try await withTable { connection async throws in
            let task = Task {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 1)
                    withUnsafeCurrentTask { $0?.cancel() }
                    _ = try await transaction.query(all, ())
                }
            }
            await #expect(throws: PostgresError.cancelled) { try await task.value }
            #expect(try await connection.query(all, ()) == [])
        }
    }

    @Test("a first statement that was cancelled before it was sent leaves the next one inside the transaction")
    func cancelledFirst() async throws {
        try await withTable { connection async throws in
            await #expect(throws: Refusal.self) {
                try await connection.transaction { transaction in
                    let insert = insert
                    let child = Task {
                        withUnsafeCurrentTask { $0?.cancel() }
                        try await transaction.execute(insert, 1)
                    }
                    await #expect(throws: PostgresError.cancelled) { try await child.value }
                    try await transaction.execute(insert, 2)
                    throw Refusal()
                }
            }
            #expect(try await connection.query(all, ()) == [])
        }
    }
}
