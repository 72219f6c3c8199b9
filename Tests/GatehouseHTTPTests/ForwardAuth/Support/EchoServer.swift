import NIOCore
import NIOPosix

/// An app behind a proxy: it answers every request with the head it got, as the body.
struct EchoServer: Sendable {
    let port: Int

    static func run<R: Sendable>(_ body: (EchoServer) async throws -> R) async throws -> R {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(EchoServer(port: channel.localAddress?.port ?? 0))
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var head = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        head += String(buffer: unwrapInboundIn(data))
        guard let end = head.firstRange(of: "\r\n\r\n") else { return }
        let echoed = head[..<end.upperBound]
        let answer =
            "HTTP/1.1 200 OK\r\nX-App: reached\r\nContent-Length: \(echoed.utf8.count)\r\nConnection: close\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer + echoed))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
