import Testing

@testable import Postgres

@Suite("Pool", .timeLimit(.minutes(2)))
struct PoolTests {
    @Test("statements, settings and transactions work through the pool, and every connection comes back")
    func works() async throws {
        try await withPool { pool async throws in
            let settings = [LocalSetting("app.tenant", "shop")]
            #expect(try await pool.first(Statements.setting, "app.tenant", settings: settings) == "shop")
            #expect(try await pool.query(Statements.setting, "app.tenant") == [nil])
            let seen = try await pool.transaction(settings: settings) { transaction async throws in
                try await transaction.first(Statements.setting, "app.tenant")
            }
            #expect(seen == "shop")
            try await pool.withConnection { connection async throws in
                try await connection.script("create table numbers (n bigint)")
                try await connection.script("begin")
            }
            #expect(
                try await pool.execute(Statement<Int, Void>("insert into numbers values ($1)", bind: { $0 }), 1) == 1)
            #expect(pool.status == PoolStatus(size: 2, busy: 0, idle: 1, connecting: 0, waiting: 0))
        }
    }

    @Test("many tasks share few connections")
    func contended() async throws {
        try await withPool(size: 3) { pool async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<64 {
                    group.addTask {
                        for round in 0..<20 {
                            let value = "\(task).\(round)"
                            let settings = [LocalSetting("app.tenant", value)]
                            let seen = try await pool.first(Statements.setting, "app.tenant", settings: settings)
                            #expect(seen == value)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(pool.status.busy == 0)
            #expect(pool.status.idle <= 3)
        }
    }

    @Test("a statement past the pool's deadline is cancelled and its connection is lent again")
    func statementDeadline() async throws {
        try await withPool(size: 1, statementDeadline: .milliseconds(100)) { pool async throws in
            let backend = try await pool.first(Statements.backend, (), deadline: .seconds(60))
            await #expect(throws: PostgresError.timeout(.statement)) { try await pool.query(Statements.sleep, 30) }
            #expect(try await pool.first(Statements.backend, (), deadline: .seconds(60)) == backend)
        }
    }

    @Test("a closed pool refuses, also those who wait")
    func closed() async throws {
        try await withPool(size: 1) { pool async throws in
            try await pool.withConnection { connection async throws in
                let task = Task { try await pool.query(Statements.one, ()) }
                try await wait { pool.status.waiting > 0 }
                await pool.close()
                await #expect(throws: PostgresError.closed) { try await task.value }
                #expect(try await connection.first(Statements.one, ()) == 1, "what is lent still works")
            }
            await #expect(throws: PostgresError.closed) { try await pool.query(Statements.one, ()) }
        }
    }

    @Test("run closes the pool when its task is cancelled")
    func run() async throws {
        try await withPool(size: 1) { pool async throws in
            let running = Task { await pool.run() }
            #expect(try await pool.first(Statements.one, ()) == 1)
            running.cancel()
            await running.value
            await #expect(throws: PostgresError.closed) { try await pool.query(Statements.one, ()) }
        }
    }
}
