import PostgresCluster
import TestSupport
import Testing

@testable import Postgres

@Suite(
    "PgBouncer", .timeLimit(.minutes(2)),
    .enabled(if: PgBouncer.isExpected, "pgbouncer isn't installed (apt install pgbouncer)"))
struct PgBouncerTests {
    private func withBouncer(_ body: (PgBouncer, PostgresCluster) async throws -> Void) async throws {
        let path = try #require(PgBouncer.path)
        try await withDedicatedCluster { cluster async throws in
            try await PgBouncer.with(cluster, at: path) { bouncer async throws in try await body(bouncer, cluster) }
        }
    }

    @Test("behind a transaction-mode PgBouncer settings stay with their statement and no statement is kept")
    func mixedSettings() async throws {
        try await withBouncer { bouncer, _ async throws in
            // All of it goes through one connection of PgBouncer's, which may take a busy machine a while.
            let patience = Duration.seconds(60)
            let pool = Pool(
                PoolConfiguration(
                    bouncer.conninfo, size: 8, waitDeadline: patience, statementDeadline: patience,
                    connectDeadline: patience))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        for round in 0..<25 {
                            let tenant = "\(task).\(round)"
                            let settings = [LocalSetting("app.tenant", tenant)]
                            let seen = try await pool.first(Statements.setting, "app.tenant", settings: settings)
                            #expect(seen == tenant)
                            #expect(try await pool.query(Statements.setting, "app.tenant") == [nil])
                            let twice = try await pool.transaction(settings: settings) { transaction async throws in
                                let first = try await transaction.first(Statements.setting, "app.tenant")
                                let second = try await transaction.first(Statements.setting, "app.tenant")
                                return [first, second]
                            }
                            #expect(twice == [tenant, tenant])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let keeps = try await pool.withConnection { connection async throws in await connection.keepsStatements }
            #expect(!keeps)
            await pool.close()
        }
    }

    @Test("a deadline cancels through PgBouncer too")
    func deadline() async throws {
        try await withBouncer { bouncer, _ async throws in
            let connection = try await Connection.open(bouncer.conninfo)
            await #expect(throws: PostgresError.timeout(.statement)) {
                try await connection.query(Statements.sleep, 30, deadline: .milliseconds(100))
            }
            #expect(try await connection.first(Statements.one, ()) == 1)
            await connection.close()
        }
    }

    @Test("a listener behind a transaction-mode PgBouncer never says that it listens, and says why")
    func listener() async throws {
        try await withBouncer { bouncer, _ async throws in
            let backoff = Backoff(first: .milliseconds(10), longest: .milliseconds(20))
            var events = Listener(
                bouncer.conninfo, channels: ["keys"], backoff: backoff, deliveryDeadline: .milliseconds(300),
                deafRest: .milliseconds(20)
            ).makeAsyncIterator()
            for _ in 1...3 {
                let event = await events.next()
                guard case .disconnected(.connect(reason: let reason, cause: .noNotifications)) = event else {
                    Issue.record("nothing arrives here, yet: \(String(describing: event))")
                    return
                }
                #expect(reason.contains("pooler in transaction mode"))
            }
        }
    }

    @Test(
        "a listener that loses its connection while it waits for a notification takes nothing for a pooler's deafness")
    func listenerCutOff() async throws {
        let isSent = Statement<Void, Bool>(
            "select exists (select from pg_stat_activity where query like 'notify \"listener_%' and state = 'idle')",
            bind: { () }, row: { (sent: Bool) in sent })
        try await withBouncer { bouncer, cluster async throws in
            let observer = try await Connection.open(cluster.superuserURL(database: "postgres"))
            let listening = Task {
                var events = Listener(
                    bouncer.conninfo, channels: ["keys"], backoff: Backoff(first: .milliseconds(10)),
                    deliveryDeadline: .seconds(60), deafRest: .seconds(60)
                ).makeAsyncIterator()
                return [await events.next(), await events.next()]
            }
            try await wait { try await observer.first(isSent, ()) == true }
            bouncer.kill()
            let begun = ContinuousClock.now
            let events = await listening.value
            guard case .disconnected(.connectionLost) = events[0], case .disconnected(.connect) = events[1] else {
                Issue.record("told of \(events)")
                return
            }
            #expect(ContinuousClock.now - begun < .seconds(30))
            await observer.close()
        }
    }

    @Test("without PgBouncer statements are kept")
    func direct() async throws {
        try await withConnection { connection async throws in
            #expect(await connection.keepsStatements)
        }
    }
}
