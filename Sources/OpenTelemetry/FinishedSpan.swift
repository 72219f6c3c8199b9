import Tracing

/// What is known of a span when it has ended.
struct FinishedSpan: Sendable {
    struct Event: Sendable {
        let name: String
        let at: UInt64
        let attributes: SpanAttributes
    }

    let context: TraceContext
    let parent: SpanID?
    let kind: SpanKind
    /// Nanoseconds since 1970, as all times here.
    let start: UInt64
    var end: UInt64 = 0
    var name: String
    var attributes: SpanAttributes = [:]
    var events: [Event] = []
    var links: [TraceContext] = []
    var status: SpanStatus?
}
