import PostgresCluster
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Waiting for a connection of a pool", .timeLimit(.minutes(2)))
struct PoolWaitTests {
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

    private final class Order: Sendable {
        let served = Mutex<[Int]>([])
    }
}
