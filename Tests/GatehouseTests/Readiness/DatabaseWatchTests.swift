import Logging
import Postgres
import PostgresCluster
import TestSupport
import Testing

@testable import Gatehouse

/// Each on a server of its own, whose role is changed for everybody.
@Suite(.timeLimit(.minutes(2))) struct DatabaseWatchTests {
    private static let one = Statement<Void, Int32>("select 1", bind: { () }, row: { (number: Int32) in number })

    private func pool(_ url: String, _ log: RecordingLog) -> Pool {
        var configuration = PoolConfiguration(
            url, size: 2, waitDeadline: .seconds(60), statementDeadline: .seconds(60), connectDeadline: .seconds(60))
        let watch = DatabaseWatch(logger: Logger(label: "tests") { _ in log })
        watch.begin()
        configuration.onEvent = watch.hear
        return Pool(configuration)
    }

    /// What `/readyz` would say of the database to who connects now.
    private func fault(_ url: String) async -> String? {
        let pool = Pool(PoolConfiguration(url, size: 1, waitDeadline: .seconds(60), connectDeadline: .seconds(60)))
        let look = DatabaseChecks(
            database: Database(pool: pool), sealer: KeySealer(master: .generate()), clock: .system)
        let checks = await look()
        await pool.close()
        return checks.first { $0.name == "database" }?.fault
    }

    @Test("That the role's password was changed is said once, with what the server says, and that it is good again")
    func password() async throws {
        let port = FreePort.take()
        try await withDedicatedCluster(port: port) { cluster async throws in
            _ = try await TestDatabase.make(on: cluster)
            let superuser = try await Connection.open(cluster.superuserURL())
            let url = "postgresql://gh_service:gh_service@127.0.0.1:\(port)/postgres?sslmode=disable&gssencmode=disable"
            let log = RecordingLog()
            let pool = pool(url, log)
            _ = try await pool.query(Self.one, ())
            try await superuser.script("alter role gh_service password 'another'")
            pool.renew()
            for _ in 0..<3 {
                await #expect(throws: PostgresError.self) { try await pool.query(Self.one, ()) }
            }
            #expect(log.messages.count == 1)
            let warning = try #require(log.messages.first)
            for part in [
                "warning The database fails.", "authentication", "28P01",
                "FATAL:  password authentication failed for user",
            ] {
                #expect(warning.contains(part), "\(warning)")
            }
            #expect(await fault(url) == "can't be reached: it doesn't take the role or its password (SQLSTATE 28P01)")
            try await superuser.script("alter role gh_service password 'gh_service'")
            _ = try await pool.query(Self.one, ())
            #expect(log.messages.dropFirst() == ["notice The database is well again. [:]"])
            await superuser.close()
            await pool.close()
        }
    }

    @Test("That the role may have no more connections is said, though those that there are serve")
    func connectionLimit() async throws {
        try await withDedicatedCluster { cluster async throws in
            let database = try await TestDatabase.make(on: cluster)
            let superuser = try await Connection.open(cluster.superuserURL())
            try await superuser.script("alter role gh_service connection limit 1")
            let log = RecordingLog()
            let pool = pool(database.serviceURL, log)
            try await pool.withConnection { connection async throws in
                let second = Task { try await pool.query(Self.one, ()) }
                try await wait { !log.messages.isEmpty }
                #expect(try await connection.first(Self.one, ()) == 1)
                #expect(await fault(database.serviceURL) == "can't be reached: no connection is left (SQLSTATE 53300)")
                second.cancel()
                _ = await second.result
            }
            #expect(log.messages.count == 1)
            let warning = try #require(log.messages.first)
            for part in ["warning The database fails.", "too_many_connections", "53300", "gh_service"] {
                #expect(warning.contains(part), "\(warning)")
            }
            await superuser.close()
            await pool.close()
        }
    }

    @Test("Neither a statement that is wrong nor one that others are in the way of says anything of the database")
    func noFault() {
        let log = RecordingLog()
        let watch = DatabaseWatch(logger: Logger(label: "tests") { _ in log })
        watch.begin()
        for error in [
            PostgresError.cancelled, .closed, .tooManyWaiting, .transactionInProgress, .timeout(.waitingForConnection),
        ] {
            watch.hear(.failed(error))
        }
        #expect(log.messages.isEmpty)
        watch.hear(.failed(.timeout(.statement)))
        #expect(log.messages.count == 1)
    }
}
