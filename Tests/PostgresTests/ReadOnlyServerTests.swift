import TestSupport
import Testing

@testable import Postgres

/// Sessions that are read-only stand for a primary that has become a replica: the error is the same.
@Suite("A server that takes no writes", .timeLimit(.minutes(2)))
struct ReadOnlyServerTests {
    private static let insert = Statement<Int, Void>("insert into numbers values ($1)", bind: { $0 })

    private let database: TestDatabase
    /// Connected while there were writes.
    private let observer: Connection

    init() async throws {
        database = try await TestDatabase.make()
        observer = try await Connection.open(database.superuserURL)
        try await observer.script("create table numbers (n bigint)")
        try await observer.script("alter database \(database.name) set default_transaction_read_only = on")
    }

    @Test("is left by a pool, whose next connection goes where its name leads by now", arguments: [false, true])
    func left(inTransaction: Bool) async throws {
        let pool = Pool(PoolConfiguration(database.superuserURL, size: 1))
        func write() async throws -> Int {
            guard inTransaction else { return try await pool.execute(Self.insert, 1) }
            return try await pool.transaction { transaction async throws in
                try await transaction.execute(Self.insert, 1)
            }
        }
        // Until the connection is older than a second.
        _ = try await pool.query(Statements.sleep, 1.1)
        try await observer.script("alter database \(database.name) reset default_transaction_read_only")
        let error = await #expect(throws: PostgresError.self) { try await write() }
        #expect(error?.serverError?.state == .readOnlySQLTransaction)
        #expect(try await write() == 1)
        #expect(pool.status == PoolStatus(size: 1, busy: 0, idle: 1, connecting: 0, waiting: 0))
        await pool.close()
    }

    @Test("is left with every connection that leads there, those in use as they come back")
    func leftAltogether() async throws {
        let pool = Pool(PoolConfiguration(database.superuserURL, size: 3))
        try await pool.withConnection { _ async throws in
            try await pool.withConnection { _ async throws in
                // Until all are older than a second.
                _ = try await pool.query(Statements.sleep, 1.1)
            }
            #expect(pool.status == PoolStatus(size: 3, busy: 1, idle: 2, connecting: 0, waiting: 0))
            try await observer.script("alter database \(database.name) reset default_transaction_read_only")
            let error = await #expect(throws: PostgresError.self) { try await pool.execute(Self.insert, 1) }
            #expect(error?.serverError?.state == .readOnlySQLTransaction)
            #expect(pool.status == PoolStatus(size: 3, busy: 1, idle: 0, connecting: 0, waiting: 0))
        }
        #expect(pool.status == PoolStatus(size: 3, busy: 0, idle: 0, connecting: 0, waiting: 0))
        #expect(try await pool.execute(Self.insert, 1) == 1)
        await pool.close()
    }

    @Test("isn't left within a second, as there may be no other")
    func young() async throws {
        let connection = try await Connection.open(database.superuserURL)
        await connection.stayYoung()
        let error = await #expect(throws: PostgresError.self) { try await connection.execute(Self.insert, 1) }
        let isOpen = connection.isOpen
        #expect(error?.serverError?.state == .readOnlySQLTransaction)
        #expect(isOpen)
        await connection.close()
    }
}

extension Connection {
    /// It doesn't grow older than a second, however long the machine is held up.
    fileprivate func stayYoung() { connectedAt = .now + .seconds(3600) }
}
