import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Lets one request through at a time: the next waits until the one before it is answered.
///
/// A client may send as many as it likes without reading an answer (pipelining). Taken one by one, they get no more of the
/// service at once than the one request of any other client, and all that wait here is what was decoded together. Where each
/// is answered at once they would still hold the event loop until none is left: so the loop has a pause for others after some.
final class RequestQueue: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum Arrival {
        case part(HTTPRequestPart)
        case error(any Error)
        case event(Any)
    }

    /// How many requests that had to wait here are passed on without a pause.
    private static let burst = 16
    /// A timer, because what is merely put off to the loop's next task still runs before it looks at other sockets.
    private static let pause = TimeAmount.milliseconds(1)

    private var waiting = CircularBuffer<Arrival>()
    private var passedInARow = 0
    private var isPausing = false
    private var isInRequest = false
    private var isUnanswered = false
    /// A response has said that the connection ends with it.
    private var isOver = false
    private var isPassing = false
    private var isReadHeldBack = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrived(.part(unwrapInboundIn(data)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        arrived(.error(error), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            arrived(.event(event), context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty {
            context.read()
        } else {
            isReadHeldBack = true
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): isOver = isOver || head.headerFields[.connection] == "close"
        case .body: break
        case .end: isUnanswered = false
        }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        goOn(context)
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard !waiting.isEmpty, !isPassing, !isPausing, context.channel.isActive else { return }
        passOn(context)
        context.fireChannelReadComplete()
        if waiting.isEmpty, isReadHeldBack {
            isReadHeldBack = false
            context.read()
        }
    }

    private func arrived(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        if waiting.isEmpty, !isPassing, mayPass(arrival) { return pass(arrival, context) }
        waiting.append(arrival)
        passOn(context)
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard !isPassing else { return }
        isPassing = true
        defer { isPassing = false }
        while let next = waiting.first, mayPass(next) {
            if case .part(.head) = next {
                guard passedInARow < Self.burst else { return pause(context) }
                passedInARow += 1
            }
            waiting.removeFirst()
            pass(next, context)
        }
    }

    private func pause(_ context: ChannelHandlerContext) {
        isPausing = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            self.passedInARow = 0
            self.goOn(context)
        }
    }

    /// The head of a request waits until the one before it is read and answered.
    private func mayPass(_ arrival: Arrival) -> Bool {
        guard case .part(.head) = arrival else { return true }
        return !isInRequest && !isUnanswered && !isOver && !isPausing
    }

    private func pass(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        switch arrival {
        case .part(let part):
            switch part {
            case .head:
                isInRequest = true
                isUnanswered = true
            case .body: break
            case .end: isInRequest = false
            }
            context.fireChannelRead(wrapInboundOut(part))
        case .error(let error): context.fireErrorCaught(error)
        case .event(let event): context.fireUserInboundEventTriggered(event)
        }
    }
}
