import HTTPTypes
import NIOCore
import NIOHTTP1

extension HTTPConnection {
    /// A timer, because what is merely put off to the loop's next task still runs before it looks at other sockets.
    private static let pause = TimeAmount.milliseconds(1)

    func arrived(_ arrival: ArrivalQueue.Arrival, _ context: ChannelHandlerContext) {
        queue.arrived(arrival)
        takeWhatMay(context)
    }

    /// Goes on with what has had to wait until now.
    func goOn(_ context: ChannelHandlerContext) {
        guard !isTaking, context.channel.isActive else { return }
        takeWhatMay(context, isReadComplete: true)
        if queue.isEmpty, isReadHeldBack {
            isReadHeldBack = false
            context.read()
        }
    }

    /// Takes what has arrived, as far as it needn't wait. When there is nothing more to be read for now, a request is answered of which
    /// only the head has come.
    ///
    /// Answering leads here again; then it is the loop below that goes on.
    func takeWhatMay(_ context: ChannelHandlerContext, isReadComplete: Bool = false) {
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        while true {
            switch queue.next(hasRoom: context.channel.isWritable) {
            case .take(.part(let part)): take(part, context)
            case .take(.error(let error)): broke(error, context)
            case .pause: return pause(context)
            case .wait where isReadComplete && begun != nil: answerWhatHasBegun(context)
            case .wait: return
            }
        }
    }

    private func pause(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.queue.pauseEnded()
            if let context = self.context { self.goOn(context) }
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            headRead(head, context)
        case .body(let bytes):
            guard !isDiscarding else { return }
            if body == nil { body = IncomingBody() }
            body?.append(bytes)
        case .end:
            progress.requestRead(now: .now())
            received = 0
            if isDiscarding {
                isDiscarding = false
                closeIfOver(context)
            } else {
                body?.finish()
                answerWhatHasBegun(context)
            }
        }
        arm(context)
    }

    private func headRead(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        progress.headRead(now: .now())
        do {
            let request = try HTTPRequest(head)
            guard request.hasKnownTransferCoding else { return refuse(context) }
            let isOld = head.version != .http1_1
            clientAsksToClose = isOld || !head.isKeepAlive || request.asksToSwitchProtocol
            if !isOld, request.awaitsContinue { writeContinue(context) }
            begun = request
        } catch {
            refuse(context)
        }
    }

    /// Has the request answered whose head has been read. Whatever doesn't wait for anything is answered when this returns.
    private func answerWhatHasBegun(_ context: ChannelHandlerContext) {
        guard let head = begun.take(), let peer, self.context != nil else { return }
        if body == nil, queue.isInRequest { body = IncomingBody() }
        let request = Request(head: head, body: body ?? .none, peer: peer)
        let (channel, responder) = (context.channel, responder)
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let answering = Task.immediate(executorPreference: executor) {
            let response = await responder(request, channel)
            // Where it runs is a preference; where this has to run isn't.
            if channel.eventLoop.inEventLoop {
                connection.value.answered(with: response)
            } else {
                channel.eventLoop.execute { connection.value.answered(with: response) }
            }
        }
        if queue.isUnanswered { self.answering = answering }
    }

    /// The client has sent its last byte; it may still read.
    func inputClosed(_ context: ChannelHandlerContext) {
        isInputClosed = true
        if queue.isUnanswered { body?.fail(.cutShort) } else { closeIfOver(context) }
    }

    /// What comes no longer makes sense, or no longer comes.
    private func broke(_ error: any Error, _ context: ChannelHandlerContext) {
        guard !isBroken, context.channel.isActive else { return }
        isBroken = true
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        if queue.isOver || (queue.isInRequest && !queue.isUnanswered) {
            // The connection has had its last answer, or this request has had its own.
            queue.noMore()
            closeIfOver(context)
        } else if queue.isInRequest, begun == nil {
            // Who reads its body has to hear of it.
            body?.fail(.broken(error))
        } else {
            // A request that nobody has begun to answer is none.
            refuse(context)
        }
    }
}
