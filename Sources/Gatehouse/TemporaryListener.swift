public enum ListenerEvent: Sendable {
    case listening, notification(channel: String, payload: String), disconnected(any Error)
}
struct Listener: AsyncSequence {
    init(_ c: String, channels: [String]) {};
    func makeAsyncIterator() -> AsyncThrowingStream<ListenerEvent, any Error>.Iterator {
        AsyncThrowingStream<ListenerEvent, any Error> { _ in }.makeAsyncIterator()
    }
}
