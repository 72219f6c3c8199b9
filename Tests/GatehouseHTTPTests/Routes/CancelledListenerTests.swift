import Gatehouse
import GatehouseHTTP
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct CancelledListenerTests {
    @Test("A listener that is cancelled doesn't complain of that in the log", .timeLimit(.minutes(1)))
    func withoutComplaint() async throws {
        let log = KeptLog()
        let logger = log.logger()
        let readiness = Readiness(
            databaseURL: "postgres://127.0.0.1:\(FreePort.take())/gatehouse", sealer: KeySealer(master: .generate()),
            logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = makeOperationsServer(
            readiness: readiness, metrics: { "" }, configuration: .operations(port: 0), logger: logger
        ) { port in
            continuation.yield(port)
            continuation.finish()
        }
        let listening = Task { try await server.run() }
        _ = try #require(await ports.first { _ in true })
        listening.cancel()
        _ = await listening.result
        let messages = log.lines.map(\.message)
        #expect(messages.contains { $0.hasPrefix("Server started and listening") }, "\(messages)")
        #expect(!messages.contains { $0.hasPrefix("Waiting on child channel") }, "\(messages)")
    }
}
