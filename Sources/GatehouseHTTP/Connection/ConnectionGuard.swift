import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Holds a connection to its deadlines, and ends the exchange well when an answer comes before its request was read.
///
/// A client that is still sending when it is refused would lose the answer to a reset if the socket were closed at once.
/// So the rest of the request is read and dropped, up to `maximumDiscarded` bytes, before the connection goes on or closes.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    static let maximumDiscarded = 2 << 20

    private let deadlines: ConnectionDeadlines
    private var progress: ConnectionProgress
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    private var clientAsksToClose = false
    private var closesAfterResponse = false
    private var isDiscarding = false
    /// The bytes no longer make sense; nothing that follows is decoded.
    private var isBroken = false
    private var discarded = 0

    init(deadlines: ConnectionDeadlines) {
        self.deadlines = deadlines
        progress = ConnectionProgress(deadlines: deadlines, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // A failure means that the channel is gone already.
        try? context.pipeline.syncOperations.addHandler(FirstByteWatch(reportingTo: self), position: .first)
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        disarm()
    }

    func channelActive(context: ChannelHandlerContext) {
        arm(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        disarm()
        context.fireChannelInactive()
    }

    /// Called for what the socket delivers, before it is decoded.
    func bytesArrived(_ count: Int, _ context: ChannelHandlerContext) {
        progress.bytesArrived(now: .now())
        if isBroken { discard(count, context) }
        arm(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isBroken = true
        context.fireErrorCaught(error)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            clientAsksToClose = head.headerFields.asksToClose
            progress.headRead(now: .now())
            context.fireChannelRead(data)
        case .body(let bytes):
            if isDiscarding {
                discard(bytes.readableBytes, context)
            } else {
                context.fireChannelRead(data)
            }
        case .end:
            progress.requestRead(now: .now())
            discarded = 0
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
            closesAfterResponse = head.headerFields.asksToClose || clientAsksToClose && progress.isAnsweringLastRequest
            if closesAfterResponse { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            progress.responseWritten(now: .now())
            let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
            taken.futureResult.assumeIsolated().whenComplete { _ in self.responseTaken(context) }
            context.write(data, promise: taken)
            if progress.isReadingAnsweredRequest { isDiscarding = true }
            arm(context)
        }
    }

    private func responseTaken(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        progress.responseTaken(now: .now())
        if closesAfterResponse { context.close(mode: isDiscarding || isBroken ? .output : .all, promise: nil) }
    }

    private func discard(_ count: Int, _ context: ChannelHandlerContext) {
        discarded += count
        if discarded > Self.maximumDiscarded { context.close(promise: nil) }
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
        if let deadline = progress.deadline, deadline <= .now() {
            context.close(promise: nil)
        } else {
            arm(context)
        }
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
