import Logging
import NIOCore

extension HTTPConnection {
    private static let `continue` = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
    /// Says nothing of what was sent: it was no request.
    static func badRequest(date: String) -> ByteBuffer {
        ByteBuffer(
            string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\nCache-Control: no-store\r\n"
                + "X-Content-Type-Options: nosniff\r\nDate: \(date)\r\n\r\n")
    }

    func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(Self.continue), promise: nil)
    }

    /// Called with the answer to the request that has begun to be answered last; nil for one that is no HTTP after all.
    func answered(with response: Response?) {
        answering = nil
        body = nil
        guard let context, context.channel.isActive else {
            return queue.answered(isLast: true)
        }
        guard let response else { return refuse(context) }
        let isLast = response.endsConnection || clientAsksToClose || progress.isEnding || isBroken
        write(
            response.bytes(date: dates.text(), isLast: isLast, allocator: context.channel.allocator), isLast: isLast,
            context)
        goOn(context)
    }

    /// Answers what is no request, or no longer one, and nothing after it.
    func refuse(_ context: ChannelHandlerContext) {
        logger.debug("a connection ends: what was sent is no HTTP/1.1")
        isBroken = true
        begun = nil
        write(Self.badRequest(date: dates.text()), isLast: true, context)
    }

    private func write(_ bytes: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        queue.answered(isLast: isLast)
        let now = NIODeadline.now()
        progress.responseBegun(now: now)
        progress.responseWritten(now: now)
        isDiscarding = progress.isReadingAnsweredRequest
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { _ in self.responseTaken() }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: taken)
        arm(context)
    }

    private func responseTaken() {
        guard let context, context.channel.isActive else { return }
        progress.responseTaken(now: .now())
        arm(context)
        closeIfOver(context)
    }

    /// Closes a connection over which nothing more is to be said, once all that was said has been taken: closing drops what hasn't.
    func closeIfOver(_ context: ChannelHandlerContext) {
        guard !isReading, progress.isAllTaken, !queue.isUnanswered else { return }
        guard queue.isOver || (isInputClosed && queue.isEmpty) else { return }
        // A client that is still sending would lose its answers to a reset.
        let isSending = (isDiscarding || isBroken || queue.hasDropped) && !isInputClosed
        context.close(mode: isSending ? .output : .all, promise: nil)
    }
}
