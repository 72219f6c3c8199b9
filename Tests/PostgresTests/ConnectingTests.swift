import Dispatch
import PostgresCluster
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Connecting", .timeLimit(.minutes(2)))
struct ConnectingTests {
    @Test("a name whose first address stays silent is reached at its second one")
    func silentAddress() async throws {
        let port = FreePort.take()
        let silent = try SilentServer("127.0.0.2", port: UInt16(port))
        try await withDedicatedCluster(port: port) { cluster async throws in
            let superuser = try await Connection.open(cluster.superuserURL())
            try await superuser.script("alter role postgres password 'sesame'")
            await superuser.close()
            let conninfo = """
                host=db.example port=\(silent.port) user=postgres password=sesame dbname=postgres
                sslmode=disable gssencmode=disable target_session_attrs=read-write
                """
            let serverProcess = try await connect(conninfo) { name in
                name == "db.example" ? ["127.0.0.2", "127.0.0.1"] : []
            }
            #expect(serverProcess > 0)
        }
    }

    @Test("a name that leads nowhere keeps nobody from the other hosts, and isn't looked up before its turn")
    func unknownName() async throws {
        try await withDedicatedCluster { cluster async throws in
            let there = cluster.socketDirectory
            let cases: [(hosts: String, lookedUp: [String])] = [
                ("nowhere,\(there)", ["nowhere"]), ("\(there),nowhere", []),
            ]
            for (hosts, lookedUp) in cases {
                let asked = Mutex<[String]>([])
                let conninfo = "host=\(hosts) port=\(cluster.port) user=postgres dbname=postgres"
                let serverProcess = try await connect(conninfo) { name throws(PostgresError) in
                    asked.withLock { $0.append(name) }
                    throw .connect(reason: "unknown")
                }
                #expect(serverProcess > 0)
                #expect(asked.withLock { $0 } == lookedUp)
            }
        }
    }

    @Test("a look-up takes nothing of the time for connecting, neither at its own host nor at the next")
    func slowNameServer() async throws {
        let port = FreePort.take()
        let (slow, patience) = (try #require(WakePipe()), Duration.seconds(3))
        try await withDedicatedCluster(port: port) { cluster async throws in
            let superuser = try await Connection.open(cluster.superuserURL())
            try await superuser.script("alter role postgres password 'sesame'")
            await superuser.close()
            let cases: [(hosts: String, addresses: [String])] = [
                ("db.example", ["127.0.0.1"]), ("nowhere,\(cluster.socketDirectory)", []),
            ]
            for (hosts, addresses) in cases {
                let conninfo = """
                    host=\(hosts) port=\(port) user=postgres password=sesame dbname=postgres
                    sslmode=disable gssencmode=disable
                    """
                let serverProcess = try await connect(conninfo, within: patience) { _ throws(PostgresError) in
                    // Nothing ends it, as nothing ends a look-up.
                    _ = waitForSocket(-1, for: .read, interrupt: slow, until: ContinuousClock.now + patience)
                    guard !addresses.isEmpty else { throw .connect(reason: "unknown") }
                    return addresses
                }
                #expect(serverProcess > 0)
            }
        }
    }

    @Test("a cancelled task waits for no look-up and has no other host looked up")
    func cancelledLookUp() async throws {
        let (slow, heard) = (try #require(WakePipe()), Heard())
        let opening = Task {
            try await Connection.open("host=db1,db2,db3 user=x dbname=x") { name throws(PostgresError) in
                heard.note(name)
                // Until the test has its answer.
                _ = waitForSocket(-1, for: .read, interrupt: slow, until: ContinuousClock.now + .seconds(30))
                heard.note("an end")
                throw .connect(reason: "unknown")
            }
        }
        try await wait { !heard.notes.isEmpty }
        opening.cancel()
        await #expect(throws: PostgresError.cancelled) { try await opening.value }
        #expect(heard.notes == ["db1"])
        slow.wake()
    }

    private final class Heard: Sendable {
        private let list = Mutex<[String]>([])
        var notes: [String] { list.withLock { $0 } }
        func note(_ text: String) { list.withLock { $0.append(text) } }
    }

    @Test("no host is tried for a task that was cancelled before, not even one that fails at once")
    func cancelledBefore() throws {
        let (wake, cancellation) = (try #require(WakePipe()), Signal())
        cancellation.raise(waking: wake)
        let connecting = Connecting(
            "host=a,b hostaddr=none,none user=x dbname=x", applicationName: nil, wake: wake, cancellation: cancellation)
        #expect(throws: PostgresError.cancelled) {
            var deadline = ContinuousClock.now + .seconds(8)
            _ = try connecting.libpq(until: &deadline)
        }
    }

    @Test("the wake of a look-up that comes late isn't taken for a socket that is ready")
    func lateWake() throws {
        let (wake, silent) = (try #require(WakePipe()), try SilentServer())
        let libpq = try #require(LibPQ(parameters: [("dbname", silent.conninfo)]))
        let connecting = Connecting(silent.conninfo, applicationName: nil, wake: wake, cancellation: Signal())
        wake.wake()
        #expect(throws: PostgresError.timeout(.connecting)) {
            try connecting.wait(for: .read, on: libpq, until: .now)
        }
        withExtendedLifetime(silent) {}
    }

    @Test("how long a connection is there counts from when its name was looked up")
    func age() async throws {
        try await withDedicatedCluster { cluster async throws in
            let lookedUp = Mutex<ContinuousClock.Instant?>(nil)
            let conninfo = "host=nowhere,\(cluster.socketDirectory) port=\(cluster.port) user=postgres dbname=postgres"
            let connection = try await Connection.open(conninfo) { _ throws(PostgresError) in
                lookedUp.withLock { $0 = .now }
                throw .connect(reason: "unknown")
            }
            let connectedAt = await connection.connectedAt
            let end = lookedUp.withLock { $0 }
            let lookUpEnd = try #require(end)
            #expect(connectedAt >= lookUpEnd)
            await connection.close()
        }
    }

    @Test("a server that takes the connection and then is too slow is one that didn't answer while connecting")
    func slowAfterSignIn() async throws {
        let database = try await TestDatabase.make()
        let holder = try await Connection.open(database.superuserURL)
        // Signing in needs nothing of this table; whatever calls a function by its name waits for it.
        let lock = Statement<Void, Void>("lock table pg_catalog.pg_proc", bind: { _ in () })
        try await holder.transaction { transaction async throws in
            try await transaction.execute(lock, ())
            await #expect(throws: PostgresError.timeout(.connecting)) {
                try await Connection.open(database.superuserURL, deadline: .seconds(1))
            }
        }
        await holder.close()
    }

    @Test("connect_timeout bounds the time that one address gets")
    func connectTimeout() async throws {
        let silent = try SilentServer()
        let begun = ContinuousClock.now
        await #expect(throws: PostgresError.timeout(.connecting)) {
            try await Connection.open(silent.conninfo + " connect_timeout=1", deadline: .seconds(60))
        }
        #expect(ContinuousClock.now - begun < .seconds(30))
    }

    @Test(
        "a name is looked up once, and a failure tells it together with its address",
        arguments: [("db.example", "\"db.example\" (127.0.0.1)"), ("127.0.0.1", "\"127.0.0.1\"")])
    func nameInFailure(host: String, told: String) async throws {
        let port = FreePort.take()
        let error = await #expect(throws: PostgresError.self) {
            // A second look-up, by libpq, would find no db.example.
            try await connect("host=\(host) port=\(port) user=x dbname=x") { _ in ["127.0.0.1"] }
        }
        guard case .connect(let reason, _)? = error else { throw try #require(error) }
        #expect(reason.hasPrefix("connection to server at \(told), port \(port) failed: "))
    }

    @Test("a server that refuses ends the search at its name, unless servers are asked for their role")
    func refusal() async throws {
        let port = FreePort.take()
        try await withDedicatedCluster(port: port) { cluster async throws in
            let signIn = "user=postgres password=wrong dbname=postgres sslmode=disable gssencmode=disable"
            let one = "host=db.example port=\(port) \(signIn)"
            #expect(try await addressesTried(one) == ["127.0.0.2", "127.0.0.1"])
            #expect(try await addressesTried("\(one) target_session_attrs=any") == ["127.0.0.2", "127.0.0.1"])
            #expect(
                try await addressesTried("\(one) target_session_attrs=read-write")
                    == ["127.0.0.2", "127.0.0.1", "127.0.0.3"])
            // Over its socket, where no password is asked for, the server is another host.
            let two = "host=db.example,\(cluster.socketDirectory) port=\(port) \(signIn)"
            let serverProcess = try await connect(two) { _ in ["127.0.0.1", "127.0.0.3"] }
            #expect(serverProcess > 0)
        }
    }

    /// Those that the failure tells of: nobody listens at the first, a server at the second refuses, a third follows.
    private func addressesTried(_ conninfo: String) async throws -> [String] {
        let addresses = ["127.0.0.2", "127.0.0.1", "127.0.0.3"]
        let error = await #expect(throws: PostgresError.self) { try await connect(conninfo) { _ in addresses } }
        guard case .connect(let reason, _)? = error else { throw try #require(error) }
        return addresses.filter { reason.contains("\"db.example\" (\($0)), port ") }
    }

    /// Connects on a thread that may block; the server's process.
    private func connect(
        _ conninfo: String, within limit: Duration = .seconds(8), resolve: @escaping HostList.Resolver
    ) async throws -> Int32 {
        let wake = try #require(WakePipe())
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "postgres-tests.connecting").async {
                let connecting = Connecting(
                    conninfo, applicationName: nil, wake: wake, cancellation: Signal(), resolve: resolve)
                let outcome = Result { () throws(PostgresError) -> Int32 in
                    var deadline = ContinuousClock.now + limit
                    let serverProcess = try connecting.libpq(until: &deadline).backendProcessID
                    // The server is asked who it is until then.
                    guard deadline > .now else { throw .timeout(.connecting) }
                    return serverProcess
                }
                continuation.resume(with: outcome)
            }
        }
    }
}
