import TestSupport
import Testing

@testable import Postgres

@Suite("Transactions", .timeLimit(.minutes(2)))
struct TransactionTests {
    private let insert = NumberTable.insert
    private let all = NumberTable.all

    private struct Refusal: Error {}

    @Test("what the body does is committed together")
    func commit() async throws {
        try await withTable { connection async throws in
            let sum = try await connection.transaction { transaction async throws in
                try await transaction.execute(insert, 1)
                try await transaction.execute(insert, 2)
                return try await transaction.query(all, ()).reduce(0, +)
            }
            #expect(sum == 3)
            #expect(try await connection.query(all, ()) == [1, 2])
        }
    }

    @Test("what the body throws rolls back and is passed on")
    func rollBack() async throws {
        try await withTable { connection async throws in
            await #expect(throws: Refusal.self) {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 1)
                    throw Refusal()
                }
            }
            #expect(try await connection.query(all, ()) == [])
        }
    }

    @Test("a snapshot sees the database as it was at its first statement, another transaction what has come since")
    func snapshot() async throws {
        let database = try await TestDatabase.make()
        let other = try await Connection.open(database.superuserURL)
        try await other.script("create table numbers (n bigint)")
        let connection = try await Connection.open(database.superuserURL)
        for (snapshot, seen) in [(true, 0), (false, 1)] {
            try await other.script("truncate numbers")
            let settings = [LocalSetting("app.tenant", "shop")]
            try await connection.transaction(settings: settings, snapshot: snapshot) { transaction async throws in
                #expect(try await transaction.query(all, ()).isEmpty)
                try await other.execute(insert, 1)
                #expect(try await transaction.query(all, ()).count == seen)
            }
        }
        await other.close()
        await connection.close()
    }

    @Test("settings hold for the whole transaction and lapse with it")
    func settings() async throws {
        try await withTable { connection async throws in
            try await connection.transaction(settings: [LocalSetting("app.tenant", "shop")]) {
                transaction async throws in
                #expect(try await transaction.first(Statements.setting, "app.tenant") == "shop")
                #expect(try await transaction.first(Statements.setting, "app.tenant") == "shop")
            }
            #expect(try await connection.query(Statements.setting, "app.tenant") == [nil])
        }
    }

    @Test("a constraint that is checked at the commit fails the transaction")
    func deferredConstraint() async throws {
        try await withTable { connection async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 1)
                    try await transaction.execute(insert, 1)
                }
            }
            #expect(error?.serverError?.state == .uniqueViolation)
            #expect(try await connection.query(all, ()) == [])
        }
    }

    @Test("a commit that fails before it runs commits nothing, and leaves the next statement a sound connection")
    func commitNotRun() async throws {
        let forget = Statement<Void, Void>("deallocate all", bind: { _ in () })
        try await withTable { connection async throws in
            // The commit is a prepared statement from here on.
            _ = try await connection.transaction { transaction async throws in
                try await transaction.execute(insert, 1)
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 2)
                    try await transaction.execute(forget, ())
                }
            }
            #expect(error?.serverError?.state == .invalidStatementName)
            #expect(try await connection.query(all, ()) == [1])
        }
    }

    @Test("a transaction inside another one of the same connection is refused and the outer one goes on")
    func nested() async throws {
        try await withTable { connection async throws in
            try await connection.transaction { transaction async throws in
                try await transaction.execute(insert, 1)
                await #expect(throws: PostgresError.transactionInProgress) {
                    try await connection.transaction { _ in }
                }
            }
            #expect(try await connection.query(all, ()) == [1])
        }
    }

    @Test("a transaction can't be used after its body")
    func escaped() async throws {
        try await withTable { connection async throws in
            let escaped = try await connection.transaction { transaction async throws in
                try await transaction.execute(insert, 1)
                return transaction
            }
            await #expect(throws: PostgresError.closed) { try await escaped.execute(insert, 2) }
            #expect(try await connection.query(all, ()) == [1])
        }
    }

    @Test("a table that changed between two transactions doesn't fail the second one")
    func stale() async throws {
        try await withTable { connection async throws in
            let any = Statement<Void, Int>("select * from numbers", bind: { _ in () }, row: { (n: Int) in n })
            try await connection.execute(insert, 1)
            #expect(try await connection.query(any, ()) == [1])
            try await connection.script("alter table numbers add extra text; alter table numbers drop n cascade")
            try await connection.script("alter table numbers add n bigint default 5; alter table numbers drop extra")
            let rows = try await connection.transaction(settings: [LocalSetting("app.x", "1")]) {
                transaction async throws in
                let rows = try await transaction.query(any, ())
                #expect(try await transaction.first(Statements.setting, "app.x") == "1")
                return rows
            }
            #expect(rows == [5])
        }
    }

    @Test("a connection lost inside a transaction has a known outcome")
    func lostInside() async throws {
        try await withTable { connection async throws in
            let killSelf = Statement<Void, Bool>(
                "select pg_terminate_backend(pg_backend_pid())", bind: { _ in () }, row: { (done: Bool) in done })
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { transaction async throws in
                    try await transaction.execute(insert, 1)
                    _ = try await transaction.query(killSelf, ())
                }
            }
            guard case .connectionLost(_, outcomeUnknown: false) = error else { throw try #require(error) }
            #expect(!connection.isOpen)
        }
    }
}
