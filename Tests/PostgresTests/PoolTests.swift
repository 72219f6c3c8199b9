import PostgresCluster
import Synchronization
import TestSupport
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

    @Test("when every connection stays busy, waiting ends at the deadline")
    func exhausted() async throws {
        try await withPool(size: 1, waitDeadline: .milliseconds(300)) { pool async throws in
            try await wait { (try? await pool.first(Statements.one, ())) != nil }
            _ = try await pool.withConnection { _ async throws in
                await #expect(throws: PostgresError.timeout(.waitingForConnection)) {
                    try await pool.query(Statements.one, ())
                }
            }
            #expect(try await pool.first(Statements.one, ()) == 1)
        }
    }

    @Test("a cancelled task stops waiting")
    func cancelledWaiter() async throws {
        try await withPool(size: 1) { pool async throws in
            try await pool.withConnection { _ async throws in
                let task = Task { try await pool.query(Statements.one, ()) }
                try await wait { pool.status.waiting > 0 }
                task.cancel()
                await #expect(throws: PostgresError.cancelled) { try await task.value }
                #expect(pool.status.waiting == 0)
            }
            #expect(try await pool.first(Statements.one, ()) == 1)
        }
    }

    @Test("every wait for a connection is told, none where there was one, and those in vain")
    func toldWaits() async throws {
        let waits = Waits()
        try await withPool(
            size: 1, waitDeadline: .milliseconds(300), onWait: { wait in waits.told.withLock { $0.append(wait) } }
        ) { pool async throws in
            // Opening the connection may take longer than anybody waits for it.
            var asked = 0
            try await wait {
                asked += 1
                return (try? await pool.first(Statements.one, ())) != nil
            }
            let opening = waits.take()
            #expect(opening.count == asked)
            #expect(opening.first ?? .zero > .zero)

            _ = try await pool.first(Statements.one, ())
            _ = try await pool.withConnection { _ async throws in
                await #expect(throws: PostgresError.timeout(.waitingForConnection)) {
                    try await pool.query(Statements.one, ())
                }
            }
            let told = waits.take()
            #expect(told.count == 3)
            #expect(told.prefix(2) == [.zero, .zero])
            #expect(told.last ?? .zero >= .milliseconds(300))
        }
    }

    private final class Waits: Sendable {
        let told = Mutex<[Duration]>([])

        /// Those since the last call.
        func take() -> [Duration] {
            told.withLock { told in
                defer { told = [] }
                return told
            }
        }
    }

    @Test("a first connection is waited for as long as it takes to open it, and no longer")
    func firstConnection() async throws {
        try await withDedicatedCluster { cluster async throws in
            let observer = try await Connection.open(cluster.superuserURL())
            let postmaster = try #require(try await observer.first(Statements.postmaster, ()))
            await observer.close()
            let waits = Waits()
            let pool = Pool(
                PoolConfiguration(
                    cluster.superuserURL(), size: 1, waitDeadline: .milliseconds(50), connectDeadline: .seconds(60),
                    onWait: { wait in waits.told.withLock { $0.append(wait) } }))
            let connecting = try await Frozen.process(postmaster) {
                let task = Task { try await pool.connect() }
                // Some statements would have given up.
                try await wait { waits.told.withLock { $0.count } > 3 }
                return task
            }
            try await connecting.value
            #expect(pool.status == PoolStatus(size: 1, busy: 0, idle: 1, connecting: 0, waiting: 0))
            await pool.close()
        }
        let nobody = Pool(PoolConfiguration("host=127.0.0.1 port=\(FreePort.take()) user=x dbname=x", size: 1))
        let error = await #expect(throws: PostgresError.self) { try await nobody.connect() }
        guard case .connect = error else { throw try #require(error) }
        await nobody.close()
    }

    @Test("those who wait are served in order")
    func fairness() async throws {
        try await withPool(size: 1) { pool async throws in
            let order = Order()
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await pool.withConnection { _ async throws in
                    for number in 0..<10 {
                        group.addTask {
                            try await pool.withConnection { _ in order.served.withLock { $0.append(number) } }
                        }
                        try await wait { pool.status.waiting > number }
                    }
                }
                try await group.waitForAll()
            }
            #expect(order.served.withLock { $0 } == Array(0..<10))
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

    @Test("connections that died while idle are replaced without an error")
    func idleDeaths() async throws {
        let database = try await TestDatabase.make()
        let pool = Pool(PoolConfiguration(database.superuserURL, size: 3))
        let killer = try await Connection.open(database.superuserURL)
        let backends = try await pool.withConnection { one async throws in
            try await pool.withConnection { two async throws in
                [try await one.first(Statements.backend, ()), try await two.first(Statements.backend, ())]
            }
        }
        for backend in backends { try await kill(try #require(backend), from: killer) }
        #expect(try await pool.first(Statements.one, ()) == 1)
        #expect(try await pool.transaction { try await $0.first(Statements.one, ()) } == 1)
        await pool.close()
    }

    @Test("of idle connections that are left without an answer one is asked, and none after the other")
    func silentConnections() async throws {
        let members = Statement<Void, Int32>(
            "select pid from pg_stat_activity where application_name = 'members'", bind: { () },
            row: { (id: Int32) in id })
        try await withDedicatedCluster { cluster async throws in
            let waits = Waits()
            let pool = Pool(
                PoolConfiguration(
                    cluster.superuserURL(), size: 6, idleCheckAfter: .zero, applicationName: "members",
                    onWait: { wait in waits.told.withLock { $0.append(wait) } }))
            try await fill(pool)
            let observer = try await Connection.open(cluster.superuserURL())
            let backends = try await observer.query(members, ())
            #expect(backends.count == 6)
            _ = waits.take()
            let answer = try await Frozen.processes(backends) { try await pool.first(Statements.one, ()) }
            #expect(answer == 1)
            #expect(waits.take().count == 2, "one that was idle, and a new one")
            #expect(pool.status == PoolStatus(size: 6, busy: 0, idle: 1, connecting: 0, waiting: 0))
            await observer.close()
            await pool.close()
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

    @Test("a server that restarts costs no statement afterwards; while it is away, errors come at once")
    func restart() async throws {
        try await withDedicatedCluster { cluster async throws in
            let pool = Pool(PoolConfiguration(cluster.superuserURL(database: "postgres"), size: 4))
            try await fill(pool)
            try await cluster.restart()
            for _ in 1...8 { #expect(try await pool.first(Statements.one, ()) == 1) }

            try await fill(pool)
            await cluster.crash()
            let start = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) { try await pool.query(Statements.one, ()) }
            guard case .connect = error else { throw try #require(error) }
            #expect(ContinuousClock.now - start < .seconds(4))
            try await cluster.start()
            #expect(try await pool.first(Statements.one, ()) == 1)
            await pool.close()
        }
    }

    @Test("a server that crashes in the middle of a statement fails it at once")
    func crash() async throws {
        try await withDedicatedCluster { cluster async throws in
            let url = cluster.superuserURL(database: "postgres")
            let pool = Pool(PoolConfiguration(url, size: 2))
            let task = Task { try await pool.query(Statements.sleep, 60, deadline: .seconds(60)) }
            let observer = try await Connection.open(url)
            try await wait { try await observer.first(Statements.activity, ()) != 0 }
            await cluster.crash()
            do {
                _ = try await task.value
                Issue.record("the statement must fail")
            } catch {
                guard case .connectionLost(_, outcomeUnknown: true) = error as? PostgresError else { throw error }
            }
            #expect(pool.status.busy == 0)
            await pool.close()
        }
    }

    private final class Order: Sendable {
        let served = Mutex<[Int]>([])
    }

    /// Opens every connection the pool may have.
    private func fill(_ pool: Pool) async throws {
        try await hold(pool.configuration.size, of: pool)
        #expect(pool.status.idle == pool.configuration.size)
    }

    /// Has so many connections lent at once, so that none serves instead of another.
    private func hold(_ count: Int, of pool: Pool) async throws {
        guard count > 0 else { return }
        try await pool.withConnection { _ in try await hold(count - 1, of: pool) }
    }
}
