import Testing
import Tracing

@testable import OpenTelemetry

@Suite("The tracer")
struct TracerTests {
    private let queue = SpanQueue(capacity: 4)
    private var all: OpenTelemetryTracer { OpenTelemetryTracer(sampler: Sampler(ratio: 1), queue: queue) }
    private var none: OpenTelemetryTracer { OpenTelemetryTracer(sampler: Sampler(ratio: 0), queue: queue) }

    private struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    private static let caller = [
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "congo=t61",
    ]

    private func context(of fields: [String: String]) -> ServiceContext {
        var context = ServiceContext.topLevel
        all.extract(fields, into: &context, using: Fields())
        return context
    }

    @Test("makes the caller's span the parent, and names its own to whom it asks")
    func propagation() throws {
        let span = all.startSpan("request", context: context(of: Self.caller), ofKind: .server)
        let trace = try #require(span.context.trace)
        #expect(trace.traceID.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(trace.spanID.description != "b7ad6b7169203331")
        var sent: [String: String] = [:]
        all.inject(span.context, into: &sent, using: Fields())
        #expect(sent == ["traceparent": "00-\(trace.traceID)-\(trace.spanID)-01", "tracestate": "congo=t61"])
        span.end()
        #expect(queue.take().map { $0.parent?.description } == ["b7ad6b7169203331"])
    }

    @Test("begins a new trace where the caller's is malformed, and drops the state that came with it")
    func malformed() throws {
        var fields = Self.caller
        fields["traceparent"]?.append("0")
        #expect(context(of: fields).trace == nil)
        let first = try #require(all.startSpan("a", context: context(of: fields)).context.trace)
        let second = try #require(all.startSpan("b", context: context(of: fields)).context.trace)
        #expect(first.state == nil && first.traceID != second.traceID)
        var sent: [String: String] = [:]
        all.inject(.topLevel, into: &sent, using: Fields())
        #expect(sent.isEmpty)
    }

    @Test("records what the beginner of the trace wants recorded; where nobody has begun it, its ratio decides")
    func sampling() {
        var unsampled = Self.caller
        unsampled["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
        #expect(none.startSpan("a", context: context(of: Self.caller)).isRecording)
        #expect(!all.startSpan("a", context: context(of: unsampled)).isRecording)
        #expect(all.startSpan("a", context: .topLevel).isRecording)
        #expect(!none.startSpan("a", context: .topLevel).isRecording)
        let child = none.startSpan("a", context: none.startSpan("a", context: .topLevel).context)
        #expect(!child.isRecording && child.context.trace?.isSampled == false)
        #expect(!OpenTelemetryTracer.identifiersOnly.startSpan("a", context: context(of: Self.caller)).isRecording)
    }

    @Test("A ratio is a share of traces, and the same traces everywhere", arguments: [0.0, 0.25, 1.0, 7.0, -1.0, .nan])
    func ratio(ratio: Double) throws {
        var random = SystemRandomNumberGenerator()
        let ids = (0..<4000).map { _ in TraceID.random(using: &random) }
        let share = Double(ids.filter(Sampler(ratio: ratio).records).count) / 4000
        // Ten standard deviations of 4000 throws are 0.07.
        #expect(abs(share - min(1, max(0, ratio.isNaN ? 0 : ratio))) < 0.07)
        #expect(ids.filter(Sampler(ratio: 0.25).records).allSatisfy(Sampler(ratio: 0.5).records))
    }

    @Test("What is said of a span is kept to its end and not beyond; an error is named by its type only")
    func recording() throws {
        struct Quoting: Error, CustomStringConvertible { var description: String { "secret" } }
        let span = all.startSpan("a", context: .topLevel, ofKind: .client)
        span.attributes["n"] = 7
        span.operationName = "b"
        span.recordError(Quoting())
        span.setStatus(SpanStatus(code: .error))
        span.end()
        span.attributes["late"] = true
        span.end()
        let finished = queue.take()
        #expect(finished.count == 1 && finished[0].name == "b" && finished[0].attributes.count == 1)
        #expect(finished[0].end >= finished[0].start && finished[0].status?.code == .error)
        let event = try #require(finished[0].events.first)
        #expect(!"\(event)".contains("secret") && "\(event)".contains("Quoting"))
    }

    @Test("A full queue drops what comes, and counts it")
    func fullQueue() {
        for index in 0..<7 { all.startSpan("\(index)", context: .topLevel).end() }
        #expect(queue.dropped == 3)
        #expect(queue.take().map(\.name) == ["0", "1", "2", "3"])
        all.startSpan("7", context: .topLevel).end()
        #expect(queue.take().map(\.name) == ["7"])
    }

    @Test(
        "Where traces go is an address without secrets",
        arguments: [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.example/", "https://otel.example/v1/traces"),
            ("http://[::1]:4318/base//", "http://[::1]:4318/base/v1/traces"), ("grpc://h:4317", nil),
            ("127.0.0.1:4318", nil),
            ("http://", nil), ("http://u:p@h", nil), ("http://u@h", nil), ("http://h?key=1", nil), ("http://h#f", nil),
            ("http://h/ x", nil), ("", nil),
        ] as [(String, String?)])
    func endpoints(text: String, traces: String?) {
        #expect(OTLPEndpoint(text)?.traces == traces)
    }
}
