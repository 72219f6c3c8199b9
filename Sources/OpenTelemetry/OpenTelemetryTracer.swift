import Randomness
public import Tracing

/// A tracer that carries W3C Trace Context and hands what is recorded to a ``SpanExporter``.
///
/// A trace is recorded when its beginner says so, or where nobody has begun it before us, when the sampler does. Spans get
/// their identifiers in either case, so that a log can name the trace.
public struct OpenTelemetryTracer: Tracer {
    private let sampler: Sampler
    private let queue: SpanQueue?

    /// - Parameter queue: Where spans go that have ended; nil where nothing is recorded.
    public init(sampler: Sampler, queue: SpanQueue?) {
        self.sampler = sampler
        self.queue = queue
    }

    /// Records nothing, and asks nobody else to: traces have identifiers, and that is all.
    public static let identifiersOnly = OpenTelemetryTracer(sampler: Sampler(ratio: 0), queue: nil)

    /// Whether anything is ever recorded.
    public var isRecording: Bool { queue != nil }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> TraceSpan {
        let context = context()
        let parent = context.trace
        var random = StockedRandomness()
        let traceID = parent?.traceID ?? .random(using: &random)
        let trace = TraceContext(
            traceID: traceID, spanID: .random(using: &random),
            isSampled: parent?.isSampled ?? sampler.records(traceID), state: parent?.state)
        guard trace.isSampled, let queue else { return TraceSpan(trace, in: context, record: nil) }
        let span = FinishedSpan(
            context: trace, parent: parent?.spanID, kind: kind, start: instant().nanosecondsSinceEpoch,
            name: operationName)
        return TraceSpan(trace, in: context, record: SpanRecord(span, endingIn: queue))
    }

    /// The caller's span becomes the parent. Where `traceparent` isn't exactly what Trace Context says, a new trace begins.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier).flatMap(TraceParent.parse) else {
            return
        }
        let state = extractor.extract(key: "tracestate", from: carrier).flatMap(TraceState.init)
        context.trace = TraceContext(
            traceID: parent.traceID, spanID: parent.spanID, isSampled: parent.isSampled, state: state)
    }

    /// Names the span of `context` as the parent of what is sent with `carrier`.
    public func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.trace else { return }
        injector.inject(trace.traceParent, forKey: "traceparent", into: &carrier)
        if let state = trace.state { injector.inject(state.text, forKey: "tracestate", into: &carrier) }
    }

    /// Does nothing: the exporter sends by itself, and what is left when it ends.
    public func forceFlush() {}
}
