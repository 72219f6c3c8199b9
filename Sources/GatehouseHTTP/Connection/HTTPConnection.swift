import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// Speaks HTTP/1.1 over one connection (RFC 9112): reads its requests, has each answered on the connection's event loop, one at a
/// time, and writes the answers, each as one buffer.
///
/// It holds the client to its deadlines, and ends the exchange well when an answer comes before its request was read. A client that
/// is still sending when it is refused would lose the answer to a reset if the socket were closed at once. So the rest of the request
/// is read and dropped, up to `maximumRequest` bytes in all, before the connection goes on or closes.
///
/// It stands at the end of a pipeline behind SwiftNIO's decoder, and does by itself what a handler for each of these things would do:
/// passing each part of a request through each of them costs more than what they do.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Answers a request; nil when its body is no HTTP, for which the connection has an answer.
    typealias Responder = @Sendable (Request, any Channel) async -> Response?

    /// The most bytes of a head as it is sent. The decoder has bounds of its own for what is left of it, but keeps what it
    /// doesn't count: white space before a value, or whatever follows an `Upgrade`.
    private static let maximumHead = 64 * 1024
    /// The most bytes of a request as it is sent, chunk extensions and all.
    private static let maximumRequest = 2 << 20

    let responder: Responder
    let executor: EventLoopExecutor
    let dates: ResponseDates
    let logger: Logger
    private let room: ConnectionRoom
    private let entrance: Entrance

    var progress: ConnectionProgress
    var timer: (task: Scheduled<Void>, at: NIODeadline)?
    var queue = ArrivalQueue()
    /// More may come of what was read together.
    var isReading = false
    var isTaking = false
    var isReadHeldBack = false
    /// A request whose head has been read, and which is to be answered as soon as what has come with it has been read as well.
    var begun: HTTPRequest?
    /// The body of the request that is being read, if it has one.
    var body: IncomingBody?
    /// Bytes of the request being read, as they were sent.
    var received = 0
    /// Whether the answer to the request that was taken last is to be the last.
    var clientAsksToClose = false
    /// A request has its answer, and the rest of it is read and dropped.
    var isDiscarding = false
    /// The bytes no longer make sense; nothing that follows is decoded.
    var isBroken = false
    /// The client has sent its last byte.
    var isInputClosed = false
    /// Nil before the connection is there. A channel forgets the address when it closes, and what was asked over it may go on.
    private(set) var peer: IPAddress?
    /// Nil before the connection is set up and after it has ended.
    var context: ChannelHandlerContext?
    /// What answers the request that is being answered. It goes on when the client is gone, as what it does may be done already.
    var answering: Task<Void, Never>?

    init(
        on executor: EventLoopExecutor, deadlines: ConnectionDeadlines, room: ConnectionRoom, entrance: Entrance,
        dates: ResponseDates, logger: Logger, responder: @escaping Responder
    ) {
        self.responder = responder
        self.room = room
        self.entrance = entrance
        self.dates = dates
        self.logger = logger
        self.executor = executor
        progress = ConnectionProgress(deadlines: deadlines, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        room.enter(context.channel)
        // The word that the service ends goes to those who are there; this one comes in while it is going round.
        if entrance.isClosed { progress.serviceEnds() }
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
        // Whoever has none was gone before the connection was accepted.
        if peer == nil { context.close(promise: nil) }
        arm(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            progress.serviceEnds()
            arm(context)
        case ChannelEvent.inputClosed:
            inputClosed(context)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Called when the socket has been read.
    func nextRead() {
        queue.nextRead()
    }

    /// Called for what would go to the decoder next; answers whether it should. Nothing does behind the last answer: the decoder
    /// keeps what makes no whole part, whatever becomes of those.
    func bytesArrived(_ count: Int, _ context: ChannelHandlerContext) -> Bool {
        progress.bytesArrived(now: .now())
        received += count
        if received > Self.maximumRequest {
            context.close(promise: nil)
        } else if queue.isPast {
            queue.drop()
        } else if !isBroken, progress.isReadingHead, received > Self.maximumHead {
            context.fireErrorCaught(HTTPParserError.headerOverflow)
        }
        arm(context)
        return !isBroken && !queue.isPast
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        arrived(.part(unwrapInboundIn(data)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        arrived(.error(error), context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        takeWhatMay(context, isReadComplete: true)
        closeIfOver(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if queue.isEmpty {
            context.read()
        } else {
            isReadHeldBack = true
        }
    }

    /// The client may have read what it had to take before there is room for more.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { goOn(context) }
        context.fireChannelWritabilityChanged()
    }

    /// Ends what is being answered, and with its answer the connection.
    func cancel() {
        progress.serviceEnds()
        answering?.cancel()
        body?.fail(.cutShort)
        guard let context else { return }
        if queue.isUnanswered { arm(context) } else { context.close(promise: nil) }
    }

    private func leave() {
        guard context != nil else { return }
        disarm()
        context = nil
        begun = nil
        queue.end()
        body?.fail(.cutShort)
    }
}
