import NIOCore
import NIOHTTP1

/// Stands before the decoder and gives it what the socket delivers in small slices, each only when another read is asked for.
///
/// The decoder turns whatever it is given into parts at once, and 64 KiB can be thousands of requests. So back-pressure has
/// to act on bytes that nobody has decoded. They are reported to the connection as they go in: what waits here is not the
/// client's delay.
final class DecoderFeed: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private static let sliceSize = 1024
    /// The most that one read takes off the socket.
    private static let readSize = 16 * 1024
    /// About what the system holds of answers that a client doesn't read; left to itself it holds megabytes.
    private static let sendBuffer = 32 * 1024
    /// And what we hold before the next request has to wait.
    private static let writeBuffer = 16 * 1024
    /// More waits here only when a client has closed its side, as all that it sent is read then.
    private static let maximumHeld = 256 * 1024

    private let listener: HTTPConnection
    private var held = ByteBuffer()
    private var isFeeding = false
    private var isReadAskedFor = false
    /// The end of the input, which comes after what is held.
    private var end: Any?

    init(reportingTo listener: HTTPConnection) {
        self.listener = listener
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // They exist on every socket. Without them more would be held, and nothing would be wrong.
        let options = context.channel.syncOptions
        try? options?.setOption(.maxMessagesPerRead, value: 1)
        try? options?.setOption(.socketOption(.so_sndbuf), value: .init(Self.sendBuffer))
        try? options?.setOption(
            .writeBufferWaterMark, value: .init(low: Self.writeBuffer / 2, high: Self.writeBuffer))
        try? options?.setOption(
            .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: Self.readSize)
        )
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        listener.nextRead()
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        if held.readableBytes > Self.maximumHeld {
            context.close(promise: nil)
        } else {
            feed(context)
        }
    }

    /// Every slice is followed by one of our own.
    func channelReadComplete(context: ChannelHandlerContext) {}

    func read(context: ChannelHandlerContext) {
        isReadAskedFor = true
        feed(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed, held.readableBytes > 0 {
            end = event
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func feed(_ context: ChannelHandlerContext) {
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while held.readableBytes > 0, isReadAskedFor, context.channel.isActive {
            guard let slice = held.readSlice(length: min(Self.sliceSize, held.readableBytes)) else { break }
            isReadAskedFor = false
            let isWanted = listener.bytesArrived(slice.readableBytes, context)
            guard isWanted else {
                isReadAskedFor = true
                continue
            }
            context.fireChannelRead(wrapInboundOut(slice))
            context.fireChannelReadComplete()
            // What the socket does after each read; whoever has enough holds it back.
            context.channel.pipeline.syncOperations.read()
        }
        guard held.readableBytes == 0 else { return }
        held = ByteBuffer()
        if let end {
            self.end = nil
            context.fireUserInboundEventTriggered(end)
        }
        if isReadAskedFor, context.channel.isActive {
            context.read()
        }
    }
}
