import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Sets connections up to be served over HTTP/1.1, and waits until each has ended.
struct ConnectionChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let connection: NIOLoopBound<HTTPConnection>
    }

    /// Room for two tokens of the largest size and ordinary headers; beyond it the connection ends with a bare 400.
    private static let limits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 20 * 1024
        limits.maxHeaderListSize = 32 * 1024
        limits.maxHeaderFieldCount = 100
        return limits
    }()

    let deadlines: ConnectionDeadlines
    let room: ConnectionRoom
    let entrance: Entrance
    let dates: ResponseDates
    let responder: HTTPConnection.Responder
    private let executors = EventLoopExecutors()

    init(
        deadlines: ConnectionDeadlines, room: ConnectionRoom, entrance: Entrance, dates: ResponseDates,
        responder: @escaping HTTPConnection.Responder
    ) {
        self.deadlines = deadlines
        self.room = room
        self.entrance = entrance
        self.dates = dates
        self.responder = responder
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        entrance.arrives(channel)
        return channel.eventLoop.makeCompletedFuture { try prepare(channel, logger: logger) }
    }

    /// To be called on the channel's event loop.
    @discardableResult func prepare(_ channel: any Channel, logger: Logger) throws -> Value {
        let connection = HTTPConnection(
            on: executors.executor(of: channel.eventLoop), deadlines: deadlines, room: room, entrance: entrance,
            dates: dates,
            logger: logger, responder: responder)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(DecoderFeed(reportingTo: connection))
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: Self.limits)))
        try pipeline.addHandler(connection)
        return Value(channel: channel, connection: NIOLoopBound(connection, eventLoop: channel.eventLoop))
    }

    func handle(value: Value, logger: Logger) async {
        entrance.isServed(value.channel)
        let (loop, connection) = (value.channel.eventLoop, value.connection)
        await withTaskCancellationHandler {
            // Neither fails: a channel closes, and a loop runs what it is given.
            try? await value.channel.closeFuture.get()
            let answering = try? await loop.submit { connection.value.answering }.get()
            await answering?.value
        } onCancel: {
            loop.execute { connection.value.cancel() }
        }
    }
}
