import ArgumentParser
import FoundationEssentials
import Gatehouse
import Logging

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service.",
        discussion: "It never migrates by itself: run gatehouse migrate first. SIGTERM lets open requests end.")

    @Flag(help: "Print the settings with secrets masked, and end.") var printConfig = false
    @OptionGroup(title: "Settings") var database: DatabaseFlags
    @OptionGroup(title: "Settings") var masterKey: MasterKeyFlags
    @OptionGroup(title: "Settings") var shared: SharedFlags
    @OptionGroup(title: "Settings") var service: ServiceFlags

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try ServiceSettings(
            flags: .init(database, masterKey, shared, service), environment: environment)
        if printConfig {
            let table = PrintedSetting.table(settings.printed)
            try Terminal.printResult(table.rendered(coloured: Terminal.hasColour(STDOUT_FILENO)))
            for name in UnknownVariables.names(in: environment) {
                Terminal.printDiagnostic("gatehouse: \(name) is no setting and has no effect.")
            }
            return
        }
        let logger = Logger.gatehouse(settings.logFormat, level: settings.logLevel)
        try await ServiceProcess(settings: settings, logger: logger).run {
            if settings.listen.isWildcard, settings.publicURL == PublicURL(listen: settings.listen) {
                logger.warning(
                    """
                    GATEHOUSE_PUBLIC_URL isn't set, so that tokens name as their issuer an address that nobody can call; set it to the \
                    one that apps call.
                    """, metadata: ["public_url": "\(settings.publicURL.text)"])
            }
            logger.notice(
                "Serving.", metadata: ["listen": "\(settings.listen)", "public_url": "\(settings.publicURL.text)"])
        }
    }
}
