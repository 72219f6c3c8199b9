import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("A series of statements", .timeLimit(.minutes(1)))
struct SeriesTests {
    /// The backend that answers, and a number that can't be divided by.
    private static let backendAndQuotient = Statement<Int32, (backend: Int32, quotient: Int32)>(
        "select pg_backend_pid(), 12 / $1", bind: { $0 },
        row: { (backend: Int32, quotient: Int32) in (backend, quotient) })

    /// What has come back so far, in order, and what else has happened.
    private final class Heard: Sendable {
        let immediateWaits = Mutex(0)
        let isDead = Mutex(false)
        let outcomes = Mutex<[Result<[(backend: Int32, quotient: Int32)], PostgresError>]>([])

        var quotients: [Int32?] { outcomes.withLock { $0.map { (try? $0.get())?.first?.quotient } } }
        var backends: Set<Int32> { outcomes.withLock { Set($0.compactMap { (try? $0.get())?.first?.backend }) } }
    }

    /// Asks for one after another, and tells of each outcome before it asks for the next.
    private func run(
        _ divisors: [Int32], on pool: Pool, into heard: Heard, _ tell: @escaping @Sendable (Int) -> Void = { _ in }
    ) async {
        await pool.series(
            Self.backendAndQuotient, 0, settings: [LocalSetting("app.tenant", "shop")], input: { divisors[$0] }
        ) { index, outcome in
            heard.outcomes.withLock { $0.append(outcome) }
            tell(index)
            return index + 1 < divisors.count ? index + 1 : nil
        }
    }

    @Test("is answered in order by one connection, which then comes back; each counts as a wait of no time")
    func order() async throws {
        let heard = Heard()
        try await withPool(onWait: { if $0 == .zero { heard.immediateWaits.withLock { $0 += 1 } } }) {
            pool async throws in
            _ = try await pool.first(Statements.one, ())
            await run([1, 2, 3, 4], on: pool, into: heard)
            #expect(heard.quotients == [12, 6, 4, 3])
            #expect(heard.backends.count == 1)
            #expect(pool.status == PoolStatus(size: 2, busy: 0, idle: 1, connecting: 0, waiting: 0))
            #expect(heard.immediateWaits.withLock { $0 } == 4)
        }
    }

    @Test("goes on after one that fails, be it the first or a later one")
    func failures() async throws {
        try await withPool { pool async throws in
            let heard = Heard()
            await run([0, 2, 0, 4], on: pool, into: heard)
            #expect(heard.quotients == [nil, 6, nil, 3])
        }
    }

    @Test("goes on with another connection where its own is found dead")
    func death() async throws {
        let database = try await TestDatabase.make()
        let pool = Pool(PoolConfiguration(database.superuserURL, size: 1))
        let killer = try await Connection.open(database.superuserURL)
        let heard = Heard()
        let killed = Task {
            try await wait { !heard.backends.isEmpty }
            for backend in heard.backends { try await kill(backend, from: killer) }
            heard.isDead.withLock { $0 = true }
        }
        // On the connection's thread: the next statement is put once the server has hung up.
        await run([1, 2, 3], on: pool, into: heard) { index in
            while index == 0, !heard.isDead.withLock({ $0 }) { continue }
        }
        try await killed.value
        #expect(heard.quotients == [12, 6, 4])
        #expect(heard.backends.count == 2)
        await pool.close()
        await killer.close()
    }

    @Test("lets those who wait for its connection have it in between")
    func fairness() async throws {
        try await withPool(size: 1) { pool async throws in
            let heard = Heard()
            let other = Task {
                try await wait { !heard.quotients.isEmpty }
                return try await pool.withConnection { _ in heard.quotients.count }
            }
            await run([1, 2, 3], on: pool, into: heard) { index in
                while index == 0, pool.status.waiting == 0 { continue }
            }
            #expect(try await other.value == 1)
            #expect(heard.quotients == [12, 6, 4])
        }
    }

    @Test("ends with the pool")
    func closed() async throws {
        let database = try await TestDatabase.make()
        let pool = Pool(PoolConfiguration(database.superuserURL, size: 1))
        let heard = Heard()
        let another = try await Connection.open(database.superuserURL)
        await run([1, 2, 3], on: pool, into: heard) { index in
            guard index == 0 else { return }
            Task { await pool.close() }
            while !pool.isWanted(another, from: Errand(settings: [])) { continue }
        }
        await another.close()
        #expect(heard.quotients == [12, nil, nil])
        #expect(heard.outcomes.withLock { $0.dropFirst().allSatisfy { (try? $0.get()) == nil } })
    }
}
