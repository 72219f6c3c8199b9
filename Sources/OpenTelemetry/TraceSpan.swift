import Synchronization
public import Tracing

/// A span: of a trace that is recorded with all that is said about it, of any other only its place in the trace.
public struct TraceSpan: Span {
    /// What it was begun in, with its own place in the trace.
    public var context: InstrumentationContext {
        var context = surroundings
        context.trace = trace
        return context
    }
    private let surroundings: InstrumentationContext
    /// Its place in the trace, which is in ``context`` too.
    public let trace: TraceContext
    /// Nil where nothing is recorded.
    private let record: SpanRecord?

    init(_ trace: TraceContext, in context: InstrumentationContext, record: SpanRecord?) {
        surroundings = context
        self.trace = trace
        self.record = record
    }

    public var isRecording: Bool { record?.isOpen ?? false }

    public var operationName: String {
        get { record?.read(\.name) ?? "" }
        nonmutating set { record?.change { $0.name = newValue } }
    }

    public var attributes: SpanAttributes {
        get { record?.read(\.attributes) ?? [:] }
        nonmutating set { record?.change { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) {
        record?.change { $0.status = status }
    }

    public func addEvent(_ event: SpanEvent) {
        record?.change { span in
            guard span.events.count < SpanRecord.maximumParts else { return }
            span.events.append(
                .init(name: event.name, at: event.nanosecondsSinceEpoch, attributes: event.attributes))
        }
    }

    /// Only what kind of error it is: its description may quote what nobody else may see.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard let record else { return }
        var described = attributes
        described["exception.type"] = String(reflecting: type(of: error))
        let event = FinishedSpan.Event(
            name: "exception", at: instant().nanosecondsSinceEpoch, attributes: described)
        record.change { span in
            if span.events.count < SpanRecord.maximumParts { span.events.append(event) }
        }
    }

    public func addLink(_ link: SpanLink) {
        guard let linked = link.context.trace else { return }
        record?.change { span in
            if span.links.count < SpanRecord.maximumParts { span.links.append(linked) }
        }
    }

    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        record?.end(at: instant().nanosecondsSinceEpoch)
    }
}

/// What has been said about a span so far. After its end nothing more is taken.
final class SpanRecord: Sendable {
    /// The most events, and the most links, of one span.
    static let maximumParts = 128

    private let span: Mutex<FinishedSpan?>
    private let queue: SpanQueue

    init(_ span: FinishedSpan, endingIn queue: SpanQueue) {
        self.span = Mutex(span)
        self.queue = queue
    }

    var isOpen: Bool { span.withLock { $0 != nil } }

    func read<Value: Sendable>(_ value: (FinishedSpan) -> Value) -> Value? {
        span.withLock { $0.map(value) }
    }

    func change(_ change: (inout FinishedSpan) -> Void) {
        span.withLock { span in
            guard var changed = span.take() else { return }
            change(&changed)
            span = changed
        }
    }

    func end(at time: UInt64) {
        guard var finished = span.withLock({ $0.take() }) else { return }
        finished.end = max(finished.start, time)
        queue.append(finished)
    }
}
