import NIOCore

/// Stands before the decoder and reports that bytes have come, because a head counts from its first byte.
final class FirstByteWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let listener: ConnectionGuard

    init(reportingTo listener: ConnectionGuard) {
        self.listener = listener
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        listener.bytesArrived(unwrapInboundIn(data).readableBytes, context)
        context.fireChannelRead(data)
    }
}
