import NIOCore

extension HTTPConnection {
    private static let `continue` = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
    /// Says nothing of what was sent: it was no request.
    private static let badRequest = ByteBuffer(
        string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

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
        closesAfterResponse = response.endsConnection || clientAsksToClose || progress.isEnding || isBroken
        let bytes = response.bytes(
            date: dates.text(), isLast: closesAfterResponse, allocator: context.channel.allocator)
        write(bytes, context)
        goOn(context)
    }

    /// Answers what is no request, or no longer one, and nothing after it.
    func refuse(_ context: ChannelHandlerContext) {
        isBroken = true
        closesAfterResponse = true
        begun = nil
        write(Self.badRequest, context)
    }

    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        queue.answered(isLast: closesAfterResponse)
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
        progress.responseTaken()
        arm(context)
        if closesAfterResponse {
            context.close(mode: isDiscarding || isBroken ? .output : .all, promise: nil)
        } else if isInputClosed, queue.isEmpty, !queue.isUnanswered {
            context.close(promise: nil)
        }
    }
}
