import NIOCore
import NIOPosix

/// A web server on loopback that answers every request with an empty page, as an origin for scripts to run in.
struct PageServer: Sendable {
    let port: Int

    /// As the browser writes it; `127.0.0.1` and `localhost` are two sites, ports of one host the same.
    func origin(_ host: String = "localhost") -> String { "http://\(host):\(port)" }

    static func run<R: Sendable>(_ body: (PageServer) async throws -> R) async throws -> R {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(EmptyPage()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(PageServer(port: channel.localAddress?.port ?? 0))
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// The path below which a page has the opaque origin `null`, as in a sandboxed frame.
    static let sandboxed = "/sandboxed"
}

private final class EmptyPage: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var head = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        head += String(buffer: unwrapInboundIn(data))
        guard head.contains("\r\n\r\n") else { return }
        let sandbox =
            head.hasPrefix("GET \(PageServer.sandboxed)")
            ? "Content-Security-Policy: sandbox allow-scripts allow-forms\r\n" : ""
        let page = "<!doctype html><title>Page</title>"
        let answer = """
            HTTP/1.1 200 OK\r
            Content-Type: text/html; charset=utf-8\r
            Content-Length: \(page.utf8.count)\r
            \(sandbox)Connection: close\r
            \r
            \(page)
            """
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
