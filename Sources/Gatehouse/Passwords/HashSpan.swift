import Tracing

/// One job of the hash threads in a trace: from its admission to its end, with an event when a thread took it up.
struct HashSpan: Sendable {
    private let span: any Span

    /// Nil where there is no tracer, or no span at work that it belongs to.
    init?(_ name: String, _ tracer: (any Tracer)?) {
        guard let tracer, let context = InstrumentationContext.current else { return nil }
        span = tracer.startSpan(name, context: context)
    }

    func begin() {
        if span.isRecording { span.addEvent("begun") }
    }

    func end<Value>(_ result: Result<Value, HashingFailure>) {
        if case .failure(let failure) = result {
            span.attributes["error.type"] = failure == .cancelled ? "cancelled" : "overloaded"
            span.setStatus(SpanStatus(code: .error))
        }
        span.end()
    }
}
