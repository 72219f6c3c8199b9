import CoreMetrics
import FoundationEssentials
import Gatehouse
import GatehouseHTTP
import Logging
import OpenTelemetry
import Postgres
import ServiceLifecycle
import UnixSignals

/// The running service: what `serve` and `dev` have in common, and the one place where its parts are put together.
struct ServiceProcess {
    /// What the slowest client and the slowest database may take together, within their deadlines. The deletion of an account may take
    /// longer; one that is cut off has deleted nothing.
    static let longestRequest = Duration.seconds(45)

    let settings: ServiceSettings
    let logger: Logger

    /// Refuses to start on anything that would fail later; returns after a graceful end by SIGTERM or SIGINT.
    func run(onServing: @escaping @Sendable () async -> Void) async throws {
        warnOfUnknownVariables()
        try ListenProbe(settings: settings)()
        let metrics = try ServiceMetrics(tenants: settings.metricsTenantLabel)
        // For what libraries measure; our own parts are handed theirs.
        MetricsSystem.bootstrap(metrics.registry)
        let tracing = ServiceTracing(settings.traces, logger: logger)
        var connecting = PoolConfiguration(
            settings.databaseURL.text, size: settings.poolSize, applicationName: "gatehouse",
            onWait: metrics.onPoolWait)
        connecting.tracer = tracing.recorder
        let watch = DatabaseWatch(logger: logger)
        connecting.onEvent = watch.hear
        let sealer = KeySealer(settings.masterKeys)
        let hasher = PasswordHasher(parameters: settings.argon2, metrics: metrics.passwords, tracer: tracing.recorder)
        defer { hasher.shutdown() }
        try await Pool.using(connecting) { pool in
            let database = Database(pool: pool)
            metrics.watch(pool, hasher)
            try await StartupCheck(database: database, sealer: sealer, logger: logger)()
            watch.begin()
            try await serve(
                pool: pool, database: database, sealer: sealer, hasher: hasher, metrics: metrics, tracing: tracing,
                onServing: onServing)
        }
    }

    private func warnOfUnknownVariables() {
        let names = UnknownVariables.names(in: ProcessInfo.processInfo.environment)
        guard !names.isEmpty else { return }
        logger.warning(
            "The environment has variables that are called like settings and are none; they have no effect.",
            metadata: ["variables": "\(names.joined(separator: ", "))"])
    }

    private func serve(
        pool: Pool, database: Database, sealer: KeySealer, hasher: PasswordHasher, metrics: ServiceMetrics,
        tracing: ServiceTracing, onServing: @escaping @Sendable () async -> Void
    ) async throws {
        let directory = TenantDirectory(
            database: database, sealer: sealer, publicURL: settings.publicURL.text,
            listenURL: settings.databaseURL.text, logger: logger, metrics: metrics.keys)
        let secrets = OneTimeSecrets(settings.masterKeys)
        let background = BackgroundWork(
            database: database, sealer: sealer, secrets: secrets, settings: settings, metrics: metrics, logger: logger)
        let service = LoginService(
            database: database, directory: directory, hasher: hasher, secrets: secrets, limits: settings.limits,
            logger: logger, metrics: metrics.sessions)
        let readiness = Readiness(
            databaseURL: settings.databaseURL.text, sealer: sealer, logger: logger, metrics: metrics.readiness)
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        let server = makeServer(
            service: service, configuration: configureHTTP(tracing.tracer), logger: logger, metrics: metrics.requests
        ) { _ in
            readiness.enter(.serving)
            manager.tell("READY=1", "STATUS=Serving on \(settings.listen).")
            await onServing()
        }
        let operations = makeOperationsServer(
            readiness: readiness,
            metrics: {
                // Asked first, so that what is printed of it holds now.
                _ = await readiness.report()
                return metrics.text
            },
            configuration: .operations(host: settings.opsListen.host, port: settings.opsListen.port), logger: logger)
        // They end in reverse, each when the one after it has: the operations listener says until the last that it drains.
        var services: [any Service] = [
            Upkeep(manager.keepWatchdogCalm), Upkeep(tracing.run), Upkeep(readiness.run),
            ListeningService(listener: operations, place: ListenPlace(opsListen: settings.opsListen)),
            Upkeep(pool.run), Upkeep(directory.run),
        ]
        services += background.parts
        services += [
            ListeningService(listener: server, place: ListenPlace(listen: settings.listen)),
            Drain(readiness: readiness, manager: manager, delay: settings.drainDelay, logger: logger),
        ]
        var group = ServiceGroupConfiguration(services: services, logger: logger)
        group.maximumGracefulShutdownDuration = settings.drainDelay + Self.longestRequest
        group.maximumCancellationDuration = .seconds(5)
        let running = ServiceGroup(configuration: group)
        await TerminationSignals.trap(logger: logger) { await running.triggerGracefulShutdown() }
        try await running.run()
    }

    /// Raises the limit of open files first, as it says how many clients there is room for.
    private func configureHTTP(_ tracer: OpenTelemetryTracer) -> HTTPConfiguration {
        var configuration = HTTPConfiguration(
            publicURL: settings.publicURL.text, host: settings.listen.host, port: settings.listen.port,
            trustedProxies: settings.trustedProxies, jwksMaxAge: settings.jwksMaxAge)
        configuration.tracer = tracer
        let descriptors = DescriptorLimit.raised()
        let usual = configuration.maximumConnections
        configuration.maximumConnections = descriptors.connections(atMost: usual, beside: settings.poolSize)
        if configuration.maximumConnections < usual {
            logger.warning(
                "The limit of open files (ulimit -n) lets fewer clients connect at once than the service could serve.",
                metadata: ["open_files": "\(descriptors.count)", "connections": "\(configuration.maximumConnections)"])
        }
        return configuration
    }
}
