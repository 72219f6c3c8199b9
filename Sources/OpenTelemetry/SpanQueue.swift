import Synchronization

/// Spans that have ended and wait for the exporter. A full queue drops what comes and counts it, so that neither a collector
/// that is away nor a flood of requests costs more memory than this, or keeps a request waiting.
public final class SpanQueue: Sendable {
    private struct State {
        var spans: [FinishedSpan] = []
        var dropped = 0
    }

    /// How many spans go out in one request, and how many make the exporter begin before its time.
    static let batch = 512

    private let capacity: Int
    private let state = Mutex(State())
    /// Something is to be done. One that nobody has taken yet stands for all that follow.
    let wakeUps: AsyncStream<Void>
    let waker: AsyncStream<Void>.Continuation

    /// - Parameter capacity: The most spans that wait.
    public init(capacity: Int = 8192) {
        self.capacity = capacity
        (wakeUps, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many spans were lost since the start, because the queue was full or the collector didn't take them.
    public var dropped: Int { state.withLock { $0.dropped } }

    func append(_ span: FinishedSpan) {
        let count = state.withLock { state in
            guard state.spans.count < capacity else {
                state.dropped += 1
                return 0
            }
            state.spans.append(span)
            return state.spans.count
        }
        if count == Self.batch { waker.yield() }
    }

    /// The oldest ones.
    func take() -> [FinishedSpan] {
        state.withLock { state in
            let batch = Array(state.spans.prefix(Self.batch))
            state.spans.removeFirst(batch.count)
            return batch
        }
    }

    /// As the oldest ones, beyond the capacity if need be: they were in it a moment ago.
    func putBack(_ spans: [FinishedSpan]) {
        state.withLock { $0.spans.insert(contentsOf: spans, at: 0) }
    }

    func countLost(_ spans: [FinishedSpan]) {
        state.withLock { $0.dropped += spans.count }
    }
}
