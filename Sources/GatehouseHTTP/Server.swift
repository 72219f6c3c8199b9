public import Gatehouse
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The public listener, to be run in a `ServiceGroup`: it serves until it is told to shut down gracefully, then answers
/// what it has begun and ends.
///
/// - Parameter onRunning: called once with the port, as soon as connections are accepted.
public func makeServer(
    service: LoginService, configuration: HTTPConfiguration, logger: Logger,
    metrics: RequestMetrics = RequestMetrics(),
    onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some Service {
    listener(
        routes: .gatehouse(APIDescription(publicURL: configuration.publicURL)), service: service,
        configuration: configuration, metrics: metrics, logger: logger, onRunning: onRunning)
}

/// The operations listener: `/healthz`, `/readyz` and `/metrics`, within the same bounds as the public one.
///
/// - Parameters:
///   - metrics: answers everything measured, as Prometheus reads it (text format 0.0.4).
///   - onRunning: called once with the port, as soon as connections are accepted.
public func makeOperationsServer(
    readiness: Readiness, metrics: @escaping @Sendable () async -> String = { "" }, configuration: HTTPConfiguration,
    logger: Logger, onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some Service {
    listener(
        routes: .operations(readiness: readiness, metrics: metrics), service: nil, configuration: configuration,
        logger: logger, onRunning: onRunning)
}

private func listener(
    routes: RouteTable, service: LoginService?, configuration: HTTPConfiguration, metrics: RequestMetrics? = nil,
    logger: Logger,
    onRunning: @escaping @Sendable (_ port: Int) async -> Void
) -> some Service {
    let room = ConnectionRoom(accepting: configuration.maximumConnections)
    let entrance = Entrance()
    let gateway = Gateway(
        routes: routes, service: service, configuration: configuration, room: room, metrics: metrics, logger: logger)
    let connections = ConnectionChannel(
        deadlines: configuration.deadlines, room: room, entrance: entrance, dates: ResponseDates()
    ) { request, channel in await gateway.respond(to: request, over: channel) }
    let server = connections.server(
        configuration: ServerConfiguration(
            address: .hostname(configuration.host, port: configuration.port), backlog: 1024,
            availableConnectionsDelegate: Admission(configuration.maximumConnections, through: entrance)),
        onServerRunning: { channel in
            entrance.opened(channel)
            await onRunning(channel.localAddress?.port ?? configuration.port)
        },
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: logger.label) { _ in ServerLogHandler(logger.handler) })
    // What comes last hears of the end first.
    return ServiceGroup(
        configuration: .init(
            services: [.init(service: server), .init(service: Closing(entrance: entrance))], logger: logger))
}

/// The first thing to be done when a listener is to end. Then its connections are told: every answer says that it is the
/// last (RFC 9112, section 9.6), and those over which nothing is asked are closed.
private struct Closing: Service {
    let entrance: Entrance

    func run() async throws {
        try await gracefulShutdown()
        await entrance.close()
    }
}
