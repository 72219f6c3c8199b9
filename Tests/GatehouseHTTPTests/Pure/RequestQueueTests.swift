import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite("The queue of a connection's requests") struct RequestQueueTests {
    @Test("lets others have the event loop after some requests that were sent without waiting for an answer")
    func pipelined() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([RequestQueue(), AtOnce()])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        // Decoded together: the answer to the first is written while the others wait.
        channel.pipeline.fireChannelRead(Self.head)
        for _ in 1..<40 {
            channel.pipeline.fireChannelRead(HTTPRequestPart.end(nil))
            channel.pipeline.fireChannelRead(Self.head)
        }
        channel.pipeline.fireChannelRead(HTTPRequestPart.end(nil))
        channel.pipeline.fireChannelReadComplete()
        var answered: [Int] = []
        for _ in 0..<4 {
            answered.append(try Self.answers(channel))
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        }
        #expect(answered.allSatisfy { $0 <= 17 })
        #expect(answered.reduce(0, +) == 40)
    }

    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .get, scheme: "http", authority: "x", path: "/"))

    private static func answers(_ channel: EmbeddedChannel) throws -> Int {
        var count = 0
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
            if case .end = part { count += 1 }
        }
        return count
    }
}

/// Answers a request as soon as it has been read, as a route does that waits for nothing.
private final class AtOnce: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private var waiting = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) { waiting += 1 }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        while waiting > 0 {
            waiting -= 1
            context.write(wrapOutboundOut(.head(HTTPResponse(status: .ok))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
