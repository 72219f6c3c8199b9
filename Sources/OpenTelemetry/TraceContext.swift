public import Tracing

/// A span's place in its trace, as it travels: from the caller to us, from us to whomever we ask.
public struct TraceContext: Hashable, Sendable {
    public let traceID: TraceID
    public let spanID: SpanID
    /// Whether whoever began the trace wants it recorded.
    public let isSampled: Bool
    /// What other tracing systems have added; passed on as it came.
    public let state: TraceState?

    init(traceID: TraceID, spanID: SpanID, isSampled: Bool, state: TraceState? = nil) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }
}

extension InstrumentationContext {
    private enum TraceContextKey: InstrumentationContextKey {
        typealias Value = TraceContext
    }

    /// The span that is at work, or the caller's where none of ours has begun.
    public internal(set) var trace: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}
