import TestSupport
import Testing

@testable import Postgres

@Suite("What is opened for a while")
struct UsingTests {
    private struct Failure<Held: Sendable>: Error {
        let held: Held
    }

    @Test("A connection is closed once it has been used, whether or not that has succeeded")
    func connections() async throws {
        let url = try await TestDatabase.make().superuserURL
        let (used, wasOpen) = try await Connection.using(url) { ($0, $0.isOpen) }
        #expect(wasOpen && !used.isOpen)
        let failure = await #expect(throws: Failure<Connection>.self) {
            try await Connection.using(url) { connection throws -> Void in throw Failure(held: connection) }
        }
        #expect(failure?.held.isOpen == false)
    }

    @Test("A pool is closed once it has been used, whether or not that has succeeded")
    func pools() async throws {
        let configuration = PoolConfiguration(try await TestDatabase.make().superuserURL, size: 1)
        let used = try await Pool.using(configuration) { pool in
            _ = try await pool.first(Statements.one, ())
            return pool
        }
        await #expect(throws: PostgresError.closed) { try await used.query(Statements.one, ()) }
        let failure = await #expect(throws: Failure<Pool>.self) {
            try await Pool.using(configuration) { pool throws -> Void in throw Failure(held: pool) }
        }
        let failed = try #require(failure?.held)
        await #expect(throws: PostgresError.closed) { try await failed.query(Statements.one, ()) }
    }
}
