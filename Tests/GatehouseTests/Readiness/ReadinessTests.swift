import FoundationEssentials
import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct ReadinessTests {
    private static func readiness(
        _ installation: Installation, url: String? = nil, sealer: KeySealer? = nil, clock: Clock = .system,
        log: RecordingLog = RecordingLog()
    ) -> Readiness {
        let readiness = Readiness(
            databaseURL: url ?? installation.database.serviceURL, sealer: sealer ?? installation.sealer, clock: clock,
            logger: Logger(label: "tests") { _ in log })
        readiness.enter(.serving)
        return readiness
    }

    private static func faults(_ report: ReadinessReport) -> [String: String] {
        report.checks.reduce(into: [:]) { $0[$1.name] = $1.fault }
    }

    @Test("An instance with everything in order is ready, and names what it has looked at")
    func ready() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let report = await Self.readiness(installation).report()
        #expect(report.isReady)
        #expect(report.checks.map(\.name) == ["serving", "database", "schema", "master_key", "clock"])
    }

    @Test("An instance that has yet to begin, or is about to end, is not ready")
    func phases() async throws {
        let installation = try await Installation.make()
        let readiness = Self.readiness(installation)
        readiness.enter(.starting)
        #expect(Self.faults(await readiness.report()) == ["serving": "starting"])
        readiness.enter(.serving)
        #expect(await readiness.report().isReady)
        readiness.enter(.draining)
        #expect(Self.faults(await readiness.report()) == ["serving": "draining"])
    }

    @Test("A database that can't be reached makes it unready, and the words for it hold no address and no password")
    func unreachable() async throws {
        let installation = try await Installation.make()
        let log = RecordingLog()
        let readiness = Self.readiness(
            installation, url: "postgres://u:hunter2@127.0.0.1:\(FreePort.take())/gatehouse", log: log)
        let report = await readiness.report()
        #expect(Self.faults(report)["database"] == "can't be reached: nobody takes connections at its address")
        #expect(Self.faults(report).count == 4)
        #expect(log.messages.count == 1)
        #expect(!"\(report) \(log.messages)".contains("hunter2"))
        #expect(!"\(report) \(log.messages)".contains("127.0.0.1"))
    }

    @Test("A database without this program's schema makes it unready, one with a newer schema doesn't")
    func schema() async throws {
        let installation = try await Installation.make()
        try await installation.asSuperuser("insert into schema_versions (version, name) values (1000, 'of_the_future')")
        #expect(await Self.readiness(installation).report().isReady)
        try await installation.asSuperuser("delete from schema_versions where version > 7")
        let fault = Self.faults(await Self.readiness(installation).report())["schema"]
        #expect(fault?.contains("version 7") == true && fault?.contains("gatehouse migrate") == true, "\(fault ?? "")")
    }

    @Test("Another master key makes it unready, a tenant whose keys are damaged doesn't")
    func masterKey() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let foreign = await Self.readiness(installation, sealer: KeySealer(master: .generate())).report()
        #expect(Self.faults(foreign).keys.sorted() == ["master_key"])
        try await installation.asSuperuser(
            "update signing_keys set sealed_secret = set_byte(sealed_secret, 40, get_byte(sealed_secret, 40) # 1)")
        #expect(await Self.readiness(installation).report().isReady)
    }

    @Test("A clock that differs from the database's by more than two seconds makes it unready, whoever is ahead")
    func clock() async throws {
        let installation = try await Installation.make()
        for (seconds, word) in [(3.0, "ahead of"), (-3.0, "behind")] {
            let clock = Clock { Date().addingTimeInterval(seconds) }
            let faults = Self.faults(await Self.readiness(installation, clock: clock).report())
            #expect(faults.keys.sorted() == ["clock"])
            #expect(faults["clock"]?.contains(word) == true)
        }
        let near = Clock { Date().addingTimeInterval(1.5) }
        #expect(await Self.readiness(installation, clock: near).report().isReady)
    }

    @Test("A database that takes no writes makes it unready")
    func readOnly() async throws {
        let installation = try await Installation.make()
        try await installation.asSuperuser(
            "alter database \(installation.database.name) set default_transaction_read_only = on")
        let faults = Self.faults(await Self.readiness(installation).report())
        #expect(faults["database"]?.hasPrefix("read-only") == true)
    }

    @Test("A look at a server that takes no writes is followed by one at whatever its name leads to then")
    func readOnlyNoMore() async throws {
        let installation = try await Installation.make()
        let name = installation.database.name
        let pool = Pool(PoolConfiguration(installation.database.serviceURL, size: 1))
        let look = DatabaseChecks(database: Database(pool: pool), sealer: installation.sealer, clock: .system)
        try await installation.asSuperuser("alter database \(name) set default_transaction_read_only = on")
        #expect(await look().compactMap(\.fault).count == 1)
        try await installation.asSuperuser(
            "begin read write; alter database \(name) reset default_transaction_read_only; commit")
        #expect(await look().compactMap(\.fault) == [])
        await pool.close()
    }
}
