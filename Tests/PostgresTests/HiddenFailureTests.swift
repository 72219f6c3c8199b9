import Testing

@testable import Postgres

@Suite("Failures that the body of a transaction hides", .timeLimit(.minutes(2)))
struct HiddenFailureTests {
    private let insert = NumberTable.insert
    private let all = NumberTable.all

    @Test("a failed statement that the body hides is thrown at the end and nothing is committed")
    func hiddenFailure() async throws {
        let divide = Statement<Void, Int32>("select 1 / 0", bind: { _ in () }, row: { (n: Int32) in n })
        try await withTable { connection async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 1)
                    _ = try? await transaction.query(divide, ())
                }
            }
            #expect(error?.serverError?.state.class == .dataException)
            #expect(try await connection.query(all, ()) == [])
        }
    }

    @Test("a first statement that the body hides the failure of is thrown at the end and nothing is committed")
    func hiddenFirst() async throws {
        try await withTable { connection async throws in
            await #expect(throws: PostgresError.cancelled) {
                try await connection.transaction { transaction async throws in
                    let insert = insert
                    let child = Task {
                        withUnsafeCurrentTask { $0?.cancel() }
                        try await transaction.execute(insert, 1)
                    }
                    _ = await child.result
                }
            }
            let hidden: [@Sendable (Transaction) async throws -> Void] = [
                { _ = try await $0.query(Self.unreadable, ()) },
                { _ = try await $0.first(Self.twoRows, ()) },
                { _ = try await $0.query(Statements.setting, "\0") },
            ]
            for statement in hidden {
                await #expect(throws: PostgresError.self) {
                    try await connection.transaction { transaction async throws in
                        try? await statement(transaction)
                        try await transaction.execute(insert, 2)
                    }
                }
            }
            #expect(try await connection.query(all, ()) == [])
        }
    }

    @Test("a later statement whose failure here the body hides is thrown at the end and nothing is committed")
    func hiddenLater() async throws {
        try await withTable { connection async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 1)
                    _ = try? await transaction.query(Self.unreadable, ())
                    try await transaction.execute(insert, 2)
                }
            }
            guard case .decoding = error else { throw try #require(error) }
            #expect(try await connection.query(all, ()) == [])
        }
    }

    private static let unreadable = Statement<Void, Int>(
        "select 'x'::text", bind: { _ in () }, row: { (n: Int) in n })
    private static let twoRows = Statement<Void, Int>(
        "values (1::bigint), (2::bigint)", bind: { _ in () }, row: { (n: Int) in n })
}
