import NIOCore

/// One connection to a receiver.
final class ReceiverHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let receiver: Receiver
    private let answer: Receiver.Answer
    private var gathered: [UInt8] = []
    private var dripping: RepeatedTask?

    init(_ receiver: Receiver, _ answer: Receiver.Answer) {
        self.receiver = receiver
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        gathered += unwrapInboundIn(data).readableBytesView
        guard let request = Self.request(gathered) else { return }
        gathered = []
        receiver.take(request)
        if answer.stopsReading { try? context.channel.syncOptions?.setOption(.autoRead, value: false) }
        send(answer.start, context)
        guard !answer.drip.isEmpty else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        dripping = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: answer.interval) { _ in
            let (handler, context) = bound.value
            if context.channel.isWritable { handler.send(handler.answer.drip, context) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        dripping?.cancel()
        receiver.leave()
    }

    /// What ends a connection here is what the test is about.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    /// Nil while something is missing.
    private static func request(_ bytes: [UInt8]) -> Receiver.Request? {
        guard let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        var lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let line = String(lines.removeFirst())
        let fields = lines.map { line in
            let name = line.prefix { $0 != ":" }
            return (name.lowercased(), String(line.dropFirst(name.count + 1).drop { $0 == " " }))
        }
        let request = Receiver.Request(
            line: line, fields: Dictionary(fields) { "\($0), \($1)" }, body: Array(bytes[head.upperBound...]))
        guard request.body.count == request.fields["content-length"].flatMap(Int.init) else { return nil }
        return request
    }
}
