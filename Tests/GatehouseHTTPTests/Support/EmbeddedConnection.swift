import Logging
import NIOCore
import NIOEmbedded

@testable import GatehouseHTTP

/// A connection whose bytes a test gives and takes.
struct EmbeddedConnection {
    let channel = EmbeddedChannel()

    init(_ answer: @escaping @Sendable (Request) async -> Response?) throws {
        let connections = ConnectionChannel(
            deadlines: .standard, room: ConnectionRoom(accepting: 8), entrance: Entrance(), dates: ResponseDates()
        ) { request, _ in await answer(request) }
        try connections.prepare(channel, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func receive(_ text: String) throws {
        channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        channel.pipeline.fireChannelReadComplete()
        channel.pipeline.read()
        channel.embeddedEventLoop.run()
    }

    /// What has been written since the last time, each write by itself.
    func sent() throws -> [String] {
        channel.embeddedEventLoop.run()
        var writes: [String] = []
        while let write = try channel.readOutbound(as: ByteBuffer.self) { writes.append(String(buffer: write)) }
        return writes
    }
}

/// A socket whose other side has been reset.
final class ClosingOnWrite: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
        context.close(promise: nil)
    }
}

/// A socket that hasn't taken yet what was written to it.
final class SlowToTake: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private var promises: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let promise { promises.append(promise) }
        context.write(data, promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for promise in promises { promise.succeed() }
    }
}

final class NotedCloses: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var modes: [CloseMode] = []

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        modes.append(mode)
        promise?.succeed()
    }
}

/// How much has come by.
final class NotedBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count += unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
    }
}

extension Response {
    static var empty: Response {
        Answer.noContent.response(requestID: "a", isHTTPS: false, toHead: false)
    }
}
