import HummingbirdCore
import Logging
import NIOCore

/// A connection that speaks HTTP/1.1, with a word to the entrance when it arrives and when somebody serves it. Its tasks run on
/// its event loop.
struct EnteringChannel: ServerChildChannel {
    let http: HTTP1Channel
    let entrance: Entrance

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        entrance.arrives(channel)
        return http.setup(channel: channel, logger: logger).map { value in
            // Kept until it is closed, as it may not be dropped before, whatever becomes of it on its way.
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(value) {} }
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        entrance.isServed(value.channel)
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await http.handle(value: value, logger: logger)
        }
    }
}
