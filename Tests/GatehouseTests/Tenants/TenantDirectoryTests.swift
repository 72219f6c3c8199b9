import Logging
import MetricsTestKit
import Postgres
import PostgresCluster
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct TenantDirectoryTests {
    @Test("Of many requests for a tenant that isn't in memory one asks the database", .timeLimit(.minutes(1)))
    func oneLoad() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let metrics = TestMetrics()
        let directory = installation.directory(metrics)
        let blocker = try await Connection.open(installation.database.superuserURL)
        try await blocker.script("begin; lock table tenants in access exclusive mode")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 { group.addTask { _ = try await directory.tenant(slug: "shop") } }
            try await wait { metrics.counters(label: "gatehouse_key_cache_total", [("result", "miss")]) >= 32 }
            try await wait { try await blocker.first(Self.waiting, ()) != 0 }
            #expect(try await blocker.first(Self.waiting, ()) == 1)
            try await blocker.script("rollback")
            try await group.waitForAll()
        }
        await blocker.close()
        _ = try await directory.tenant(slug: "shop")
        #expect(metrics.counters(label: "gatehouse_key_cache_total", [("result", "hit")]) == 1)
    }

    @Test(
        "Who looks for a key that was made a moment ago doesn't join a load that began before", .timeLimit(.minutes(1)))
    func rereadsAlone() async throws {
        let installation = try await Installation.make()
        let known = try await installation.tenant()
        let directory = installation.directory(TestMetrics())
        let blocker = try await Connection.open(installation.database.superuserURL)
        try await blocker.script("begin; lock table tenants in access exclusive mode")
        async let first = directory.tenant(slug: "shop")
        try await wait { try await blocker.first(Self.waiting, ()) == 1 }
        async let second = directory.reread(known)
        try await wait { try await blocker.first(Self.waiting, ()) == 2 }
        try await blocker.script("rollback")
        await blocker.close()
        _ = try await (first, second)
    }

    @Test(
        "Who brings a new key while it is being looked for waits for that, instead of being refused",
        .timeLimit(.minutes(1)))
    func rereadsTogether() async throws {
        let installation = try await Installation.make()
        let known = try await installation.tenant()
        let directory = installation.directory(TestMetrics())
        _ = try await directory.tenant(slug: "shop")
        let rotated = try await installation.rotate(force: true)
        let blocker = try await Connection.open(installation.database.superuserURL)
        try await blocker.script("begin; lock table tenants in access exclusive mode")
        try await withThrowingTaskGroup(of: ServedTenant.self) { group in
            group.addTask { try await directory.reread(known) }
            try await wait { try await blocker.first(Self.waiting, ()) == 1 }
            for _ in 0..<20 { group.addTask { try await directory.reread(known) } }
            try await blocker.script("rollback")
            for try await served in group { #expect(served.accessKeys.entry(rotated.next.kid) != nil) }
        }
        await blocker.close()
        #expect(try await directory.reread(known).accessKeys.entry(rotated.next.kid) != nil)
    }

    @Test("The listener's gauge is 1 while it hears, and 0 when it no longer does", .timeLimit(.minutes(1)))
    func listenerGauge() async throws {
        let installation = try await Installation.make()
        let metrics = TestMetrics()
        let directory = installation.directory(metrics)
        let gauge = try metrics.expectMeter("gatehouse_listener_connected")
        let listening = Task { await directory.run() }
        try await wait { gauge.lastValue == 1 }
        try await installation.asSuperuser(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name like 'gatehouse listener %'
            """)
        try await wait { gauge.values.suffix(2) == [0, 1] }
        listening.cancel()
        await listening.value
        #expect(gauge.lastValue == 0)
    }

    @Test(
        "Once changes are heard of from another server nothing is read by a connection from before; from the same one it is",
        .timeLimit(.minutes(1)))
    func readsAnew() async throws {
        let installation = try await Installation.make()
        let pool = installation.serviceDatabase.untenanted
        // It is listened to apart from the pool's, whose connections live on when it is restarted.
        try await withDedicatedCluster { cluster async throws in
            let metrics = TestMetrics()
            let directory = installation.directory(metrics, listenURL: cluster.superuserURL())
            let gauge = try metrics.expectMeter("gatehouse_listener_connected")
            let before = try await pool.first(Self.backend, ())
            let listening = Task { await directory.run() }
            try await wait { gauge.lastValue == 1 }
            let first = try await pool.first(Self.backend, ())
            #expect(first == before)

            let superuser = try await Connection.open(cluster.superuserURL())
            try await superuser.script(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name like 'gatehouse listener %'
                """)
            try await wait { gauge.values.count { $0 == 1 } >= 2 }
            let sameServer = try await pool.first(Self.backend, ())
            #expect(sameServer == first)

            await superuser.close()
            await cluster.crash()
            try await wait { gauge.lastValue == 0 }
            try await cluster.start()
            try await wait { gauge.lastValue == 1 }
            let otherServer = try await pool.first(Self.backend, ())
            #expect(otherServer != first)
            listening.cancel()
            await listening.value
        }
    }

    @Test("A key that is revoked while the listener is away isn't served once it hears again", .timeLimit(.minutes(1)))
    func revokedUnheard() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        // It is listened to apart from what is read, which can be changed while the listener is away.
        try await withDedicatedCluster { cluster async throws in
            let metrics = TestMetrics()
            let directory = installation.directory(metrics, listenURL: cluster.superuserURL())
            let gauge = try metrics.expectMeter("gatehouse_listener_connected")
            let listening = Task { await directory.run() }
            defer { listening.cancel() }
            try await wait { gauge.lastValue == 1 }
            await cluster.crash()
            try await wait { gauge.lastValue == 0 }
            let known = try #require(try await directory.tenant(slug: "shop").accessKeys.signingKey?.kid)
            _ = try await installation.administration.revokeKey(tenant: "shop", kid: known, force: true)
            try await cluster.start()
            try await wait { gauge.lastValue == 1 }
            let keys = try await directory.tenant(slug: "shop").accessKeys
            #expect(keys.signingKey?.kid != known)
            #expect(keys.entry(known)?.state == .revoked)
        }
    }

    private static let backend = Statement<Void, Int32>(
        "select pg_backend_pid()", bind: { () }, row: { (id: Int32) in id })

    /// How many statements wait for the lock on `tenants`.
    private static let waiting = Statement<Void, Int>(
        "select count(*) from pg_locks where relation = 'tenants'::regclass and not granted", bind: { () },
        row: { (count: Int) in count })
}

extension Installation {
    fileprivate func directory(_ metrics: TestMetrics, listenURL: String? = nil) -> TenantDirectory {
        TenantDirectory(
            database: serviceDatabase, sealer: sealer, publicURL: "http://gatehouse.test",
            listenURL: listenURL ?? database.serviceURL,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            metrics: KeyMetrics(factory: metrics))
    }
}

extension TestMetrics {
    fileprivate func counters(label: String, _ dimensions: [(String, String)]) -> Int64 {
        (try? expectCounter(label, dimensions))?.totalValue ?? 0
    }
}
