import PostgresCluster
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Connections that a pool loses", .timeLimit(.minutes(2)))
struct PoolLossTests {
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
