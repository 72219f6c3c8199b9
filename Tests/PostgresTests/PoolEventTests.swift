import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("What a pool tells of its server", .timeLimit(.minutes(2)))
struct PoolEventTests {
    private final class Heard: Sendable {
        private let events = Mutex<[PoolEvent]>([])
        func note(_ event: PoolEvent) { events.withLock { $0.append(event) } }

        func take() -> [PoolEvent] {
            events.withLock { events in
                defer { events = [] }
                return events
            }
        }
    }

    private static let broken = Statement<Void, Int32>(
        "select 1 / 0", bind: { _ in () }, row: { (number: Int32) in number })

    private func pool(_ conninfo: String, _ heard: Heard) -> Pool {
        var configuration = PoolConfiguration(
            conninfo, size: 1, waitDeadline: .seconds(60), statementDeadline: .seconds(60),
            connectDeadline: .seconds(60))
        configuration.onEvent = heard.note
        return Pool(configuration)
    }

    @Test("is each connection that is opened, and what becomes of each statement and each transaction")
    func told() async throws {
        let heard = Heard()
        let pool = pool(try await TestDatabase.make().superuserURL, heard)
        _ = try await pool.query(Statements.one, ())
        #expect(heard.take() == [.opened, .answered])
        let refused = await #expect(throws: PostgresError.self) { try await pool.query(Self.broken, ()) }
        #expect(heard.take() == [.failed(try #require(refused))])
        _ = try await pool.transaction { transaction async throws in
            try await transaction.query(Statements.one, ())
        }
        #expect(heard.take() == [.answered])
        let undone = await #expect(throws: PostgresError.self) {
            try await pool.transaction { transaction async throws in
                try await transaction.query(Self.broken, ())
            }
        }
        #expect(heard.take() == [.failed(try #require(undone))])
        await pool.close()
    }

    @Test("is no connection that is found dead and replaced")
    func replaced() async throws {
        let database = try await TestDatabase.make()
        let heard = Heard()
        let pool = pool(database.superuserURL, heard)
        let backend = try #require(try await pool.first(Statements.backend, ()))
        let observer = try await Connection.open(database.superuserURL)
        _ = try await observer.query(Statements.terminate, backend)
        try await wait { try await observer.first(Self.isThere, backend) == false }
        await observer.close()
        _ = heard.take()
        _ = try await pool.query(Statements.one, ())
        #expect(heard.take() == [.opened, .answered])
        await pool.close()
    }

    private static let isThere = Statement<Int32, Bool>(
        "select exists (select from pg_stat_activity where pid = $1)", bind: { $0 }, row: { (isThere: Bool) in isThere }
    )

    @Test("is an attempt to connect that failed")
    func unreachable() async throws {
        let heard = Heard()
        let pool = pool("host=127.0.0.1 port=\(FreePort.take()) user=x dbname=x", heard)
        let error = await #expect(throws: PostgresError.self) { try await pool.query(Statements.one, ()) }
        #expect(heard.take().first == .failed(try #require(error)))
        await pool.close()
    }
}
