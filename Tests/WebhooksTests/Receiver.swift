import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A receiver of webhooks, on a port of its own, that does the same with each.
final class Receiver: Sendable {
    struct Request: Sendable {
        let line: String
        /// By their names in lower case.
        let fields: [String: String]
        let body: [UInt8]
    }

    struct Answer: Sendable {
        /// What is sent at once.
        let start: String
        /// What is sent ever again after it.
        var drip = ""
        var interval = TimeAmount.milliseconds(20)
        /// Whether nothing is read after the request, not even that the connection is over.
        var stopsReading = false

        static func status(_ status: Int, _ fields: String = "") -> Answer {
            Answer(start: "HTTP/1.1 \(status) So\r\n\(fields)Content-Length: 0\r\n\r\n")
        }
    }

    private let state = Mutex<(port: Int, connections: Int)>((0, 0))
    private let taken = AsyncStream.makeStream(of: Request.self)
    private let left = AsyncStream.makeStream(of: Void.self)

    var port: Int { state.withLock { $0.port } }
    var connections: Int { state.withLock { $0.connections } }

    /// Runs `body` while it listens on 127.0.0.1.
    static func run<R>(
        _ answer: Answer = .status(204), tls: NIOSSLContext? = nil, _ body: (Receiver) async throws -> R
    ) async throws -> R {
        let receiver = Receiver()
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                receiver.state.withLock { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(ReceiverHandler(receiver, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        receiver.state.withLock { $0.port = server.localAddress?.port ?? 0 }
        do {
            let result = try await body(receiver)
            try await server.close()
            return result
        } catch {
            try await server.close()
            throw error
        }
    }

    /// The next request, as soon as it has come.
    func request() async -> Request? { await taken.stream.first { _ in true } }

    /// Returns when another connection is over.
    func goodbye() async { await left.stream.first { _ in true } }

    func take(_ request: Request) { taken.continuation.yield(request) }
    func leave() { left.continuation.yield() }
}
