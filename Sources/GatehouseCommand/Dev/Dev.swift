import ArgumentParser
import FoundationEssentials
import Gatehouse
import Logging
import PostgresCluster

struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try Gatehouse: a private PostgreSQL, a tenant “demo”, and the service on this machine.",
        discussion: "Everything is kept in the data folder and found again at the next start.")

    @Option(help: "Address to serve on. [GATEHOUSE_LISTEN, 127.0.0.1:8080]") var listen: String?
    @Option(help: "Folder for the database and the master key.", completion: .directory) var dataDir = ".gatehouse"

    func validate() throws {
        // As of a shell's variable that isn't set: the data would lie in the working folder itself.
        guard !dataDir.isEmpty else { throw ValidationError("--data-dir is empty; name a folder.") }
    }

    func run() async throws {
        try checkSettings()
        let binaries = try PostgresBinaries.find()
        let folder = try DevFolder(path: dataDir)
        let cluster = PostgresCluster(directory: folder.postgres, binaries: binaries)
        let database = DevDatabase(cluster: cluster)
        let settings = try settings([.databaseURL: database.serviceURL, .masterKeyFile: folder.masterKeyFile])
        try ListenProbe(settings: settings)()

        Terminal.printDiagnostic("Starting a private PostgreSQL in \(cluster.directory) …")
        try await cluster.start()
        try await endingWith(cluster) { try await serve(settings, folder: folder, database: database) }
    }

    /// Serves until asked to end, and then stops PostgreSQL; gives up when that has ended before.
    private func endingWith(
        _ cluster: PostgresCluster, _ serve: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await cluster.waitUntilEnded()
                return true
            }
            group.addTask {
                try await serve()
                return false
            }
            let first = await group.nextResult()
            group.cancelAll()
            await cluster.stop()
            guard try first?.get() == true else { return }
            throw Failure(
                code: "database_unavailable", "PostgreSQL has ended by itself; \(cluster.logFile) says why.")
        }
    }

    private func serve(_ settings: ServiceSettings, folder: DevFolder, database: DevDatabase) async throws {
        try await database.prepare(settings: settings)
        let places: [(Setting, String)] = [
            (.databaseURL, database.serviceURL), (.ownerDatabaseURL, database.ownerURL),
            (.masterKeyFile, folder.masterKeyFile), (.publicURL, settings.publicURL.text),
        ]
        try folder.writeEnvironment(places + Self.agreed(settings))
        let logger = Logger.gatehouse(settings.logFormat, level: settings.logLevel)
        let tour = DevTour(publicURL: settings.publicURL.text, environmentFile: folder.environmentFile)
        try await ServiceProcess(settings: settings, logger: logger).run {
            do throws(Failure) {
                try Terminal.printResult(tour.text, orElse: "Gatehouse serves all the same.")
            } catch {
                Terminal.printDiagnostic("gatehouse: \(error.message)")
            }
        }
        Terminal.printDiagnostic("Stopping PostgreSQL …")
    }

    /// What was set of what the admin command goes by as well.
    private static func agreed(_ settings: ServiceSettings) -> [(Setting, String)] {
        settings.printed.filter { Setting.sharedWithAdmin.contains($0.setting) && $0.origin != .default }.map {
            ($0.setting, $0.value)
        }
    }

    /// Before there is a folder: a start that is refused for what was set leaves none. A folder for mails isn't made for that either.
    private func checkSettings() throws {
        var own: [Setting: String] = [.databaseURL: "dbname=gatehouse", .masterKey: MasterKey.generate().base64]
        if Self.wouldMakeMailFolder(ProcessInfo.processInfo.environment) { own[.mailSink] = "stdout" }
        _ = try settings(own)
    }

    /// Of the environment only what makes sense here: a shell that has read `.gatehouse/env` names another database,
    /// key or address, perhaps.
    private func settings(_ own: [Setting: String]) throws -> ServiceSettings {
        let kept: [Setting] = [
            .listen, .opsListen, .logLevel, .logFormat, .argon2, .limits, .poolSize, .jwksMaxAge, .metricsTenantLabel,
            .otlpEndpoint, .traceSamplerArgument, .traceServiceName, .smtpURL, .smtpPasswordFile, .smtpCAFile,
            .mailSink,
        ]
        let names = Set(kept.map(\.variable))
        var flags = own
        flags[.listen] = listen
        let environment = ProcessInfo.processInfo.environment
        if let sink = Self.mailSink(besides: environment) { flags[.mailSink] = sink }
        return try ServiceSettings(
            flags: flags, environment: environment.filter { names.contains($0.key) },
            logFormat: .text)
    }

    /// Whether mails go to a folder, which is made as soon as the setting is read. Anything else that is set is to be checked as it is.
    static func wouldMakeMailFolder(_ environment: [String: String]) -> Bool {
        let smtpURL = environment[Setting.smtpURL.variable] ?? ""
        let sink = environment[Setting.mailSink.variable] ?? ""
        return smtpURL.isEmpty && sink.hasPrefix("file:") && sink != "file:"
    }

    /// Mails are read in the terminal, unless there is a server for them. An empty variable is none, as for the reader of settings.
    static func mailSink(besides environment: [String: String]) -> String? {
        let isChosen = [Setting.smtpURL, .mailSink].contains { environment[$0.variable]?.isEmpty == false }
        return isChosen ? nil : "stdout"
    }
}
