import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Holds a connection to its deadlines, and ends the exchange well when an answer comes before its request was read.
///
/// A client that is still sending when it is refused would lose the answer to a reset if the socket were closed at once.
/// So the rest of the request is read and dropped, up to `maximumRequest` bytes in all, before the connection goes on or
/// closes.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The most bytes of a head as it is sent. The decoder has bounds of its own for what is left of it, but keeps what it
    /// doesn't count: white space before a value, or whatever follows an `Upgrade`.
    private static let maximumHead = 64 * 1024
    /// The most bytes of a request as it is sent, chunk extensions and all.
    private static let maximumRequest = 2 << 20

    private let deadlines: ConnectionDeadlines
    private let room: ConnectionRoom
    private let entrance: Entrance
    private var progress: ConnectionProgress
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    private var clientAsksToClose = false
    private var closesAfterResponse = false
    private var isDiscarding = false
    /// The bytes no longer make sense; nothing that follows is decoded.
    private var isBroken = false
    /// Bytes of the request being read, as they were sent.
    private var received = 0

    init(deadlines: ConnectionDeadlines, room: ConnectionRoom, entrance: Entrance) {
        self.deadlines = deadlines
        self.room = room
        self.entrance = entrance
        progress = ConnectionProgress(deadlines: deadlines, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        room.enter(context.channel)
        // A failure means that the channel is gone already.
        try? context.pipeline.syncOperations.addHandler(DecoderFeed(reportingTo: self), position: .first)
        // The word that the service ends goes to those who are there; this one comes in while it is going round.
        if entrance.isClosed { progress.serviceEnds() }
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        disarm()
    }

    func channelActive(context: ChannelHandlerContext) {
        arm(context)
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        // It goes no further: the server's own handler would close the socket with the next answer half on its way.
        progress.serviceEnds()
        arm(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        disarm()
        context.fireChannelInactive()
    }

    /// Called for what would go to the decoder next; answers whether it should.
    func bytesArrived(_ count: Int, _ context: ChannelHandlerContext) -> Bool {
        progress.bytesArrived(now: .now())
        received += count
        if received > Self.maximumRequest {
            context.close(promise: nil)
        } else if !isBroken, progress.isReadingHead, received > Self.maximumHead {
            context.fireErrorCaught(HTTPParserError.headerOverflow)
        }
        arm(context)
        return !isBroken
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isBroken = true
        context.fireErrorCaught(error)
        readOn(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            clientAsksToClose = head.headerFields.asksToClose || head.asksToSwitchProtocol
            progress.headRead(now: .now())
            if head.awaitsContinue {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
            context.fireChannelRead(data)
        case .body:
            if isDiscarding { readOn(context) } else { context.fireChannelRead(data) }
        case .end:
            progress.requestRead(now: .now())
            received = 0
            if isDiscarding, closesAfterResponse {
                context.close(promise: nil)
            } else {
                isDiscarding = false
                context.fireChannelRead(data)
            }
        }
        arm(context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            closesAfterResponse = head.headerFields.asksToClose || clientAsksToClose || progress.isEnding
            if closesAfterResponse { head.headerFields[.connection] = "close" }
            progress.responseBegun(now: .now())
            arm(context)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            progress.responseWritten(now: .now())
            let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
            taken.futureResult.assumeIsolated().whenComplete { _ in self.responseTaken(context) }
            context.write(data, promise: taken)
            if progress.isReadingAnsweredRequest {
                isDiscarding = true
                readOn(context)
            }
            arm(context)
        }
    }

    private func responseTaken(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        progress.responseTaken()
        arm(context)
        if closesAfterResponse { context.close(mode: isDiscarding || isBroken ? .output : .all, promise: nil) }
    }

    /// Asks for more to drop, as nobody else does.
    private func readOn(_ context: ChannelHandlerContext) {
        if context.channel.isActive { context.read() }
    }

    /// Makes sure that the timer fires no later than the deadline. One that fires early is set anew then, which is
    /// cheaper than moving it with every request.
    private func arm(_ context: ChannelHandlerContext) {
        guard let deadline = progress.deadline, context.channel.isActive else { return }
        if let timer {
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired(context) }
        timer = (task, deadline)
    }

    private func disarm() {
        timer?.task.cancel()
        timer = nil
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        let now = NIODeadline.now()
        if let deadline = progress.deadline, deadline <= now {
            if let taking = progress.takingDeadline, taking <= now { dropUntaken(context) }
            context.close(promise: nil)
        } else {
            arm(context)
        }
    }

    /// Has the system forget what it still holds for a client that doesn't read, rather than offer it for minutes.
    private func dropUntaken(_ context: ChannelHandlerContext) {
        guard let socket = context.channel as? any SocketOptionProvider else { return }
        // On its own event loop it has happened when this returns.
        _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}

extension HTTPRequest {
    /// Whether the client waits for a word before it sends its body (RFC 9110, section 10.1.1). There is none for a body
    /// that is too large; that one is refused.
    fileprivate var awaitsContinue: Bool {
        guard headerFields[.expect]?.equalsASCIICaseInsensitively("100-continue") == true else { return false }
        guard let length = headerFields[.contentLength] else { return headerFields[.transferEncoding] != nil }
        return Int(length).map { (1...Request.maximumBodySize).contains($0) } ?? false
    }

    /// Whether the decoder reads no further request after this one. We switch to nothing, so the client gets its answer,
    /// and needs a new connection for the next.
    fileprivate var asksToSwitchProtocol: Bool {
        method == .connect || headerFields[.upgrade] != nil
    }
}

extension HTTPFields {
    /// Whether `Connection` contains the option `close` (RFC 9112, section 9.6).
    fileprivate var asksToClose: Bool {
        guard let connection = self[.connection] else { return false }
        return connection == "close"
            || connection.lowercased().split(separator: ",").contains { $0.trimmingSpaces == "close" }
    }
}
