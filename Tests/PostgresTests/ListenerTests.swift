import PostgresCluster
import TestSupport
import Testing

@testable import Postgres

@Suite("Listener", .timeLimit(.minutes(2)))
struct ListenerTests {
    private let notify = Statement<(String, String), String>(
        "select pg_notify($1, $2)::text", bind: { ($0.0, $0.1) }, row: { (nothing: String) in nothing })

    /// When the session that listens has last answered. The one that has notified it by way of trial may not have ended yet.
    private let latestAnswer = Statement<Void, String>(
        """
        select state_change::text from pg_stat_activity
        where datname = current_database() and application_name = 'probed' and query not like 'notify %'
        """,
        bind: { () }, row: { (instant: String) in instant })

    private let backoff = Backoff(first: .milliseconds(10), longest: .milliseconds(100))

    @Test("notifications of the channels arrive in order, whatever the channel is called")
    func arrives() async throws {
        let database = try await TestDatabase.make()
        let sender = try await Connection.open(database.superuserURL)
        var events = Listener(database.superuserURL, channels: ["keys", "odd \"Name\""]).makeAsyncIterator()
        #expect(await events.next() == .listening(onAnotherServer: false))
        for payload in ["1", "2", ""] { _ = try await sender.query(notify, ("keys", payload)) }
        _ = try await sender.query(notify, ("elsewhere", "x"))
        _ = try await sender.query(notify, ("odd \"Name\"", "é"))
        for payload in ["1", "2", ""] {
            #expect(await events.next() == .notification(channel: "keys", payload: payload))
        }
        #expect(await events.next() == .notification(channel: "odd \"Name\"", payload: "é"))
    }

    @Test("a fixed name stands whatever the connection string says, any other gives way")
    func names() async throws {
        let database = try await TestDatabase.make()
        let name = Statement<Void, String>(
            "select current_setting('application_name')", bind: { () }, row: { (name: String) in name })
        let conninfo = database.superuserURL + (database.superuserURL.contains("?") ? "&" : "?")
        for (given, shown) in [(ApplicationName.fixed("ours"), "ours"), ("ours", "theirs")] {
            let connection = try await Connection.open(conninfo + "application_name=theirs", applicationName: given)
            #expect(try await connection.first(name, ()) == shown)
            await connection.close()
        }
    }

    @Test("a silent server is asked whether it is there, and listening goes on")
    func probe() async throws {
        let database = try await TestDatabase.make()
        let sender = try await Connection.open(database.superuserURL)
        let (events, arriving) = AsyncStream<ListenerEvent>.makeStream()
        let listening = Task {
            let listener = Listener(
                database.superuserURL, channels: ["keys"], applicationName: "probed",
                probeInterval: .milliseconds(20), answerDeadline: .seconds(60))
            for await event in listener { arriving.yield(event) }
        }
        defer { listening.cancel() }
        var arrived = events.makeAsyncIterator()
        #expect(await arrived.next() == .listening(onAnotherServer: false))
        // The session has nothing to do from here on but to answer.
        for _ in 1...3 {
            let answer = try #require(try await sender.first(latestAnswer, ()))
            try await wait { try await sender.first(latestAnswer, ()) != answer }
        }
        _ = try await sender.query(notify, ("keys", "late"))
        #expect(await arrived.next() == .notification(channel: "keys", payload: "late"))
    }

    @Test("a lost connection is reported and opened anew by itself")
    func reconnects() async throws {
        try await withDedicatedCluster { cluster async throws in
            let url = cluster.superuserURL(database: "postgres")
            var events = Listener(url, channels: ["keys"], backoff: backoff).makeAsyncIterator()
            #expect(await events.next() == .listening(onAnotherServer: false))
            await cluster.crash()
            guard case .disconnected(.connectionLost) = await events.next() else {
                Issue.record("the loss must be reported")
                return
            }
            guard case .disconnected(.connect) = await events.next() else {
                Issue.record("failed attempts must be reported")
                return
            }
            try await cluster.start()
            let event = await firstAfterLoss(&events)
            #expect(event == .listening(onAnotherServer: true))
            let sender = try await Connection.open(url)
            _ = try await sender.query(notify, ("keys", "again"))
            #expect(await events.next() == .notification(channel: "keys", payload: "again"))
        }
    }

    @Test("a first server that isn't reached at once may be another one than was there before")
    func reachedLate() async throws {
        try await withDedicatedCluster { cluster async throws in
            await cluster.crash()
            var events = Listener(cluster.superuserURL(), channels: ["keys"], backoff: backoff).makeAsyncIterator()
            guard case .disconnected(.connect) = await events.next() else {
                Issue.record("failed attempts must be reported")
                return
            }
            try await cluster.start()
            let event = await firstAfterLoss(&events)
            #expect(event == .listening(onAnotherServer: true))
        }
    }

    @Test("a server that takes writes no more is left, and listened to again when it does")
    func readOnly() async throws {
        // Of everybody's sessions, so that it isn't the shared server.
        try await withDedicatedCluster { cluster async throws in
            let url = cluster.superuserURL()
            let superuser = try await Connection.open(url)
            var events = Listener(
                url, channels: ["keys"], backoff: backoff, probeInterval: .milliseconds(50),
                answerDeadline: .seconds(60)
            ).makeAsyncIterator()
            #expect(await events.next() == .listening(onAnotherServer: false))
            try await superuser.script("alter system set default_transaction_read_only = on")
            try await superuser.script("select pg_reload_conf()")
            // The connection that was there, and those that are opened instead.
            for _ in 1...3 {
                let loss = PostgresError.connect(reason: "the server takes no writes", cause: .role)
                #expect(await events.next() == .disconnected(loss))
            }
            try await superuser.script("alter system reset default_transaction_read_only")
            try await superuser.script("select pg_reload_conf()")
            let event = await firstAfterLoss(&events)
            #expect(event == .listening(onAnotherServer: false))
            _ = try await superuser.query(notify, ("keys", "again"))
            #expect(await events.next() == .notification(channel: "keys", payload: "again"))
        }
    }

    @Test("a server that stops answering is noticed")
    func frozen() async throws {
        // The process must be of this machine and nobody else's, so it isn't one of the shared server.
        try await withDedicatedCluster { cluster async throws in
            let connection = try await Connection.open(cluster.superuserURL(database: "postgres"))
            let backend = try #require(try await connection.first(Statements.backend, ()))
            try await Frozen.process(backend) {
                await #expect(
                    throws: PostgresError.connectionLost(reason: "the server doesn't answer", outcomeUnknown: false)
                ) {
                    _ = try await connection.notifications(
                        probeInterval: .milliseconds(50), answerDeadline: .milliseconds(50))
                }
            }
        }
    }

    @Test("the sequence ends when its task is cancelled")
    func cancelled() async throws {
        let database = try await TestDatabase.make()
        let (started, starting) = AsyncStream<Void>.makeStream()
        let task = Task {
            var events: [ListenerEvent] = []
            for await event in Listener(database.superuserURL, channels: ["keys"]) {
                events.append(event)
                starting.yield()
            }
            return events
        }
        for await _ in started { break }
        task.cancel()
        #expect(await task.value == [.listening(onAnotherServer: false)])
    }

    /// The first event that tells of no failed attempt.
    private func firstAfterLoss(_ events: inout Listener.Iterator) async -> ListenerEvent? {
        while true {
            let event = await events.next()
            if case .disconnected = event { continue }
            return event
        }
    }
}
