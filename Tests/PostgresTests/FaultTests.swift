import PostgresCluster
import TestSupport
import Testing

@testable import Postgres

@Suite("Faults", .timeLimit(.minutes(2)))
struct FaultTests {
    @Test("a connection killed in the middle of a statement is lost, with an unknown outcome, and says so at once")
    func killed() async throws {
        let database = try await TestDatabase.make()
        let victim = try await Connection.open(database.superuserURL)
        let killer = try await Connection.open(database.superuserURL)
        let backend = try #require(try await victim.first(Statements.backend, ()))
        async let outcome = victim.query(Statements.sleep, 30, deadline: .seconds(60))
        try await wait { try await killer.first(Statements.activity, ()) != 0 }
        #expect(try await killer.first(Statements.terminate, backend) == true)
        do {
            _ = try await outcome
            Issue.record("the statement must fail")
        } catch {
            guard case .connectionLost(_, outcomeUnknown: true) = error as? PostgresError else { throw error }
        }
        #expect(!victim.isOpen)
        await #expect(throws: PostgresError.closed) { try await victim.query(Statements.one, ()) }
    }

    @Test("a connection killed while idle fails the next statement with a known outcome")
    func killedWhileIdle() async throws {
        let database = try await TestDatabase.make()
        let victim = try await Connection.open(database.superuserURL)
        let killer = try await Connection.open(database.superuserURL)
        try await kill(try #require(try await victim.first(Statements.backend, ())), from: killer)
        do {
            _ = try await victim.query(Statements.one, ())
            Issue.record("the statement must fail")
        } catch {
            guard case .connectionLost(_, outcomeUnknown: false) = error else { throw error }
        }
    }

    @Test("the loss of a connection doesn't repeat the values of what failed on it before")
    func lossAfterFailure() async throws {
        let database = try await TestDatabase.make()
        let victim = try await Connection.open(database.superuserURL)
        let killer = try await Connection.open(database.superuserURL)
        let backend = try #require(try await victim.first(Statements.backend, ()))
        let insert = "insert into words values ('hunter2')"
        try await victim.script("create table words (word text unique); \(insert)")
        let refusal = await #expect(throws: PostgresError.self) { try await victim.script(insert) }
        #expect(refusal?.serverError?.detail?.contains("hunter2") == true)
        try await kill(backend, from: killer)
        let loss = await #expect(throws: PostgresError.self) { try await victim.query(Statements.one, ()) }
        guard case .connectionLost(let reason, _)? = loss else { throw try #require(loss) }
        #expect(!reason.contains("hunter2"), "\(reason)")
        await killer.close()
    }

    @Test("a statement that runs past its deadline is cancelled at the server and the connection stays usable")
    func deadline() async throws {
        try await withConnection { connection async throws in
            await #expect(throws: PostgresError.timeout(.statement)) {
                try await connection.query(Statements.sleep, 3600, deadline: .milliseconds(50))
            }
            #expect(try await connection.first(Statements.activity, ()) == 0)
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("a statement whose rows come faster than they are read is cancelled at its deadline too")
    func flood() async throws {
        let flood = Statement<Int, String>(
            "select repeat('x', 100000) from generate_series(1::bigint, $1)", bind: { $0 },
            row: { (text: String) in text })
        try await withConnection { connection async throws in
            await #expect(throws: PostgresError.timeout(.statement)) {
                try await connection.query(flood, 5000, deadline: .milliseconds(50))
            }
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("a script that runs past its deadline is cancelled too")
    func scriptDeadline() async throws {
        try await withConnection { connection async throws in
            await #expect(throws: PostgresError.timeout(.statement)) {
                try await connection.script("create table a (); select pg_sleep(30)", deadline: .milliseconds(50))
            }
            try await connection.script("create table a ()")
        }
    }

    @Test("the server's own statement timeout is the server's error")
    func serverTimeout() async throws {
        try await withConnection { connection async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(
                    Statements.sleep, 30, settings: [LocalSetting("statement_timeout", "20")])
            }
            #expect(error?.serverError?.state == .queryCanceled)
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("a cancelled task cancels its statement at the server and the connection stays usable")
    func cancellation() async throws {
        let database = try await TestDatabase.make()
        let connection = try await Connection.open(database.superuserURL)
        let observer = try await Connection.open(database.superuserURL)
        for _ in 1...5 {
            let task = Task { try await connection.query(Statements.sleep, 30, deadline: .seconds(60)) }
            try await wait { try await observer.first(Statements.activity, ()) != 0 }
            task.cancel()
            await #expect(throws: PostgresError.cancelled) { try await task.value }
            #expect(try await observer.first(Statements.activity, ()) == 0)
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("a statement of a task that was cancelled before isn't sent")
    func cancelledBefore() async throws {
        try await withConnection { connection async throws in
            try await connection.script("create table numbers (n bigint)")
            let insert = Statement<Int, Void>("insert into numbers values ($1)", bind: { $0 })
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await connection.execute(insert, 1)
            }
            await #expect(throws: PostgresError.cancelled) { try await task.value }
            #expect(try await connection.execute(insert, 2) == 1)
        }
    }

    @Test("cancelling at any moment never harms the next statement")
    func cancellationRaces() async throws {
        try await withConnection { connection async throws in
            for round in 0..<60 {
                let task = Task { try await connection.query(Statements.sleep, 0.001) }
                try await Task.sleep(for: .microseconds(round * 40))
                task.cancel()
                _ = await task.result
                #expect(try await connection.first(Statements.one, ()) == 1)
            }
        }
    }

    @Test("cancelling a task that waits for a connection's turn leaves the running statement alone")
    func cancelledNeighbour() async throws {
        let lock = Statement<Void, String>(
            "select pg_advisory_xact_lock(1)::text", bind: { () }, row: { (text: String) in text })
        let blocked = Statement<Void, Int>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            bind: { () }, row: { (count: Int) in count })
        let database = try await TestDatabase.make()
        let connection = try await Connection.open(database.superuserURL)
        let keeper = try await Connection.open(database.superuserURL)
        try await keeper.script("select pg_advisory_lock(1)")
        let running = Task { try await connection.query(lock, (), deadline: .seconds(60)) }
        try await wait { try await keeper.first(blocked, ()) != 0 }
        // It waits for its turn when this returns.
        let waiting = Task.immediate { try await connection.query(Statements.one, ()) }
        waiting.cancel()
        // That wakes the one that runs. If it had the server cancel its statement then, that would come to pass within the pause.
        try await wait { waitForSocket(-1, for: .read, interrupt: connection.wake, until: nil).isEmpty }
        try await Task.sleep(for: .milliseconds(200))
        try await keeper.script("select pg_advisory_unlock(1)")
        #expect(try await running.value.count == 1)
        await #expect(throws: PostgresError.cancelled) { try await waiting.value }
    }

    @Test("a server that isn't there, or refuses, is a connect error that doesn't show the password")
    func refused() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await Connection.open("postgresql://u:sesame@127.0.0.1:1/x")
        }
        guard case .connect = error else { throw try #require(error) }
        #expect(error?.description.contains("sesame") == false)
        await #expect(throws: PostgresError.self) { try await Connection.open("no_such_option=1") }
    }

    @Test("hosts of one connection string are tried in turn")
    func severalHosts() async throws {
        try await withDedicatedCluster { cluster async throws in
            let connection = try await Connection.open(
                """
                host=127.0.0.1,\(cluster.socketDirectory) port=1,\(cluster.port) user=postgres dbname=postgres
                target_session_attrs=read-write
                """)
            #expect(try await connection.first(Statements.one, ()) == 1)
            await connection.close()
        }
    }

    @Test("a host that stays silent leaves time for the next one")
    func silentHost() async throws {
        let silent = try SilentServer()
        try await withDedicatedCluster { cluster async throws in
            let connection = try await Connection.open(
                """
                host=127.0.0.1,\(cluster.socketDirectory) port=\(silent.port),\(cluster.port) user=postgres
                dbname=postgres sslmode=disable gssencmode=disable target_session_attrs=prefer-standby
                """)
            #expect(try await connection.first(Statements.one, ()) == 1)
            await connection.close()
        }
    }

    @Test("a server that accepts and stays silent costs the deadline, no more")
    func silentServer() async throws {
        let silent = try SilentServer()
        await #expect(throws: PostgresError.timeout(.connecting)) {
            try await Connection.open(silent.conninfo, deadline: .milliseconds(100))
        }
        let task = Task { try await Connection.open(silent.conninfo, deadline: .seconds(3600)) }
        task.cancel()
        await #expect(throws: PostgresError.cancelled) { try await task.value }
    }

    @Test("a closed connection refuses statements")
    func closed() async throws {
        let database = try await TestDatabase.make()
        let connection = try await Connection.open(database.superuserURL)
        await connection.close()
        await connection.close()
        await #expect(throws: PostgresError.closed) { try await connection.query(Statements.one, ()) }
    }
}

/// Returns when the backend is gone.
func kill(_ backend: Int32, from connection: Connection) async throws {
    let isThere = Statement<Int32, Bool>(
        "select exists (select from pg_stat_activity where pid = $1)", bind: { $0 }, row: { (there: Bool) in there })
    #expect(try await connection.first(Statements.terminate, backend) == true)
    try await wait { try await connection.first(isThere, backend) == false }
}
