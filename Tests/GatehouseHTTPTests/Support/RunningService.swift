import Gatehouse
import GatehouseHTTP
import Logging
import OpenTelemetry
import Postgres
import ServiceLifecycle
import TestSupport
import Testing

/// The whole service on a database of its own, listening on a port that the system chose.
struct RunningService: Sendable {
    struct Options: Sendable {
        var http = HTTPConfiguration(publicURL: "https://login.example", port: 0)
        var limits = GuessLimits.off
        var clock = Clock.system
        /// How many statements may wait for one of four connections.
        var maximumWaiters = 1024
        /// Makes spans of requests, statements and hashes.
        var tracer: OpenTelemetryTracer?
        /// Where its log goes; to nobody when nil.
        var logger: Logger?
        /// Where it keeps everything.
        var database: @Sendable () async throws -> TestDatabase = { try await TestDatabase.make() }
        /// Whether it hears of changed tenants at once, as the program does, or notices them within seconds.
        var hearsOfChanges = false
        /// A cheap hash, because what these tests ask is not how long hashing takes.
        var hasher: @Sendable () throws -> PasswordHasher = {
            PasswordHasher(parameters: try Argon2Parameters(parsing: "m=64,t=1,p=1"))
        }
    }

    let port: Int
    let database: TestDatabase
    let pool: Pool
    let administration: Administration
    let secrets: OneTimeSecrets
    private let group: ServiceGroup

    /// The one that all tests share which change nothing but tenants of their own.
    static var shared: RunningService {
        get async throws { try await started.value }
    }

    private static let started = Task { try await start(Options()).service }

    /// Runs `body` with a service of its own.
    static func run<R: Sendable>(
        _ change: (inout Options) throws -> Void = { _ in }, _ body: (RunningService) async throws -> R
    ) async throws -> R {
        var options = Options()
        try change(&options)
        let (service, task) = try await start(options)
        do {
            let result = try await body(service)
            await service.group.triggerGracefulShutdown()
            try await task.value
            return result
        } catch {
            task.cancel()
            throw error
        }
    }

    private static func start(_ options: Options) async throws -> (service: RunningService, task: Task<Void, any Error>)
    {
        let database = try await options.database()
        _ = try await Migrator(databaseURL: database.ownerURL).apply { _ in }
        let superuser = try await Connection.open(database.superuserURL)
        try await superuser.script("grant gatehouse_service to gh_service")
        await superuser.close()

        var silence = Logger(label: "test")
        silence.logLevel = .critical
        let logger = options.logger ?? silence
        var http = options.http
        http.tracer = options.tracer ?? .identifiersOnly
        let keys = try MasterKeys(base64: Array(MasterKey.generate().base64.utf8))
        let sealer = KeySealer(keys)
        let hasher = try options.hasher()
        // What a slow machine takes is nothing that these tests ask.
        let owner = Database(
            pool: Pool(
                PoolConfiguration(
                    database.ownerURL, size: 2, waitDeadline: .seconds(60), statementDeadline: .seconds(60),
                    connectDeadline: .seconds(60))))
        var connecting = PoolConfiguration(
            database.serviceURL, size: 4, waitDeadline: .seconds(60), maximumWaiters: options.maximumWaiters,
            statementDeadline: .seconds(60), connectDeadline: .seconds(60))
        connecting.tracer = options.tracer
        let pool = Pool(connecting)
        let directory = TenantDirectory(
            database: Database(pool: pool), sealer: sealer, publicURL: options.http.publicURL,
            listenURL: database.serviceURL, clock: options.clock, logger: logger)
        let login = LoginService(
            database: Database(pool: pool), directory: directory, hasher: hasher, secrets: OneTimeSecrets(keys),
            limits: options.limits,
            clock: options.clock, logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = makeServer(service: login, configuration: http, logger: logger) { port in
            continuation.yield(port)
            continuation.finish()
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
        let hearsOfChanges = options.hearsOfChanges
        let task = Task {
            async let _: Void = hearsOfChanges ? directory.run() : ()
            try await group.run()
        }
        let port = try #require(await ports.first { _ in true })
        let administration = Administration(
            database: owner, sealer: sealer, hasher: hasher, publicURL: options.http.publicURL,
            jwksMaxAge: options.http.jwksMaxAge, actor: "test")
        return (
            RunningService(
                port: port, database: database, pool: pool, administration: administration,
                secrets: OneTimeSecrets(keys), group: group),
            task
        )
    }

    /// Asks it to end gracefully, and returns when it accepts nobody any more, or the time of the test is over.
    func beginToEnd() async {
        await group.triggerGracefulShutdown()
        while !Task.isCancelled, (try? await TCPClient.connected(to: port) { _ in }) != nil { await Task.yield() }
    }

    /// A fresh tenant with these settings.
    func tenant(_ change: (inout TenantSettingsChange) -> Void = { _ in }) async throws -> TestTenant {
        var settings = TenantSettingsChange()
        change(&settings)
        let slug = "t" + String(UInt64.random(in: 0 ... .max), radix: 36)
        let tenant = try await administration.createTenant(slug: slug, change: settings)
        return TestTenant(service: self, tenant: tenant)
    }

    /// Sends a request, and holds the answer to the API's description.
    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: login.example\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let bytes = Array("\(head)\r\n".utf8) + (body ?? [])
        let received = try await exchange(bytes)
        let reply = try #require(Reply(received), "no response: \(String(decoding: received, as: UTF8.self))")
        expectDescribed(method, path, headers, body ?? [], reply)
        return reply
    }

    /// Sends these bytes on a connection of their own and answers all that comes back until the service closes it.
    func exchange(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await TCPClient.connected(to: port) { client in
            try await client.send(bytes)
            return try await client.receiveToEnd()
        }
    }

    /// Runs SQL as the superuser, past row-level security.
    func sql(_ text: String) async throws {
        let connection = try await Connection.open(database.superuserURL)
        try await connection.script(text)
        await connection.close()
    }

    /// Puts the next attempt on every account off for as long as it counts as put off: what follows doesn't depend on how fast it follows.
    func delayNextAttempt() async throws {
        try await sql("update guess_counters set next_attempt_at = now() + interval '110 s'")
    }

    /// How many rows each table of tenants has, of all tenants together: the catalogue is asked, so that none is forgotten.
    func countRows() async throws -> [String: Int] {
        let connection = try await Connection.open(database.superuserURL)
        var counts: [String: Int] = [:]
        for table in try await connection.query(Self.tenantTables, ()) {
            let count = Statement<Void, Int>(
                "select count(*) from \(table)", bind: { () }, row: { (count: Int) in count })
            counts[table] = try await connection.query(count, ()).first
        }
        await connection.close()
        return counts
    }

    private static let tenantTables = Statement<Void, String>(
        """
        select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
        where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
        """,
        bind: { () }, row: { (name: String) in name })
}
