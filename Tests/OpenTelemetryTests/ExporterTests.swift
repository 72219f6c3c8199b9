import Logging
import Synchronization
import TestSupport
import Testing
import Tracing

@testable import OpenTelemetry

@Suite("The exporter")
struct ExporterTests {
    /// Runs `body` beside an exporter, which has ended when this returns.
    private static func exporting(
        to endpoint: String, _ queue: SpanQueue, log: any LogHandler = SwiftLogNoOpLogHandler(),
        _ body: () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in log }
        let exporter = SpanExporter(
            endpoint: try #require(OTLPEndpoint(endpoint)), resource: ["service.name": "shop"], queue: queue,
            logger: logger)
        let task = Task { await exporter.run() }
        do {
            try await body()
            task.cancel()
            await task.value
        } catch {
            task.cancel()
            throw error
        }
    }

    private static func tracer(_ queue: SpanQueue) -> OpenTelemetryTracer {
        OpenTelemetryTracer(sampler: Sampler(ratio: 1), queue: queue)
    }

    @Test(
        "sends what a collector reads: the structure of the trace, times, attributes of every type, events and errors")
    func document() async throws {
        let queue = SpanQueue()
        try await TraceCollector.run { collector, endpoint in
            try await Self.exporting(to: endpoint, queue) {
                let parent = Self.tracer(queue).startSpan("outer \"quoted\"\n", context: .topLevel, ofKind: .server)
                let child = Self.tracer(queue).startSpan("inner", context: parent.context, ofKind: .client)
                child.attributes["text"] = "é\u{1}"
                child.attributes["number"] = 1 << 60
                child.attributes["flag"] = true
                child.attributes["share"] = 0.5
                child.attributes["none"] = Double.nan
                child.addEvent("started")
                child.setStatus(SpanStatus(code: .error))
                child.end()
                parent.end()
                let spans = try await collector.spans { $0.count == 2 }
                let (inner, outer) = (spans[0], spans[1])
                #expect(outer.name == "outer \"quoted\"\n" && outer.kind == 2 && outer.parentSpanID == nil)
                #expect(inner.kind == 3 && inner.parentSpanID == outer.spanID && inner.traceID == outer.traceID)
                #expect(outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end)
                #expect(
                    inner.attributes == [
                        "text": "é\u{1}", "number": "1152921504606846976", "flag": "true", "share": "0.5",
                        "none": "nan",
                    ])
                #expect(inner.events == ["started"] && inner.status == 2 && outer.status == nil)
                #expect(outer.resource == ["service.name": "shop"])
                #expect(collector.contentTypes == ["application/json"])
            }
        }
    }

    @Test("tries again while the collector is overloaded, and not when it refuses for good")
    func refusals() async throws {
        let queue = SpanQueue()
        try await TraceCollector.run(refusing: [503, 429]) { collector, endpoint in
            try await Self.exporting(to: endpoint, queue) {
                Self.tracer(queue).startSpan("late", context: .topLevel).end()
                _ = try await collector.spans { $0.map(\.name) == ["late"] }
                #expect(collector.requests == 3 && queue.dropped == 0)
            }
        }
        let other = SpanQueue()
        try await TraceCollector.run(refusing: [400]) { collector, endpoint in
            try await Self.exporting(to: endpoint, other) {
                Self.tracer(other).startSpan("lost", context: .topLevel).end()
                _ = try await collector.spans { _ in other.dropped == 1 }
                Self.tracer(other).startSpan("next", context: .topLevel).end()
                _ = try await collector.spans { $0.map(\.name) == ["next"] }
                #expect(collector.requests == 2)
            }
        }
    }

    @Test("says how many spans a full queue has dropped while the collector takes all that it is sent")
    func overflow() async throws {
        let (queue, log) = (SpanQueue(capacity: 4), RecordingLog())
        for index in 0..<10 { Self.tracer(queue).startSpan("\(index)", context: .topLevel).end() }
        try await TraceCollector.run { collector, endpoint in
            try await Self.exporting(to: endpoint, queue, log: log) {
                let spans = try await collector.spans { $0.count == 4 && !log.messages.isEmpty }
                #expect(spans.map(\.name) == ["0", "1", "2", "3"])
            }
        }
        #expect(log.messages == ["warning Spans were lost before they reached their collector. lost_spans=6"])
    }

    @Test("tells of lost spans at once and then once a minute at the most, and of what it hasn't told at its end")
    func losses() {
        var health = CollectorHealth()
        let start = ContinuousClock.now
        let batches: [(failure: String?, lost: Int, seconds: Int)] = [
            (nil, 0, 0), (nil, 3, 1), (nil, 9, 60), (nil, 9, 61), (nil, 9, 200), ("status 503", 521, 201),
            ("status 503", 1033, 210), (nil, 1040, 220), (nil, 1040, 221), (nil, 1041, 222), (nil, 1042, 223),
        ]
        let told = batches.map {
            health.news(after: $0.failure, lost: $0.lost, at: start + .seconds($0.seconds))
        }
        #expect(
            told == [
                nil, .lost(3), nil, .lost(9), nil, .ill(reason: "status 503"), nil, .wellAgain(lost: 1040), nil,
                .lost(1041), nil,
            ])
        #expect(health.lastNews(lost: 1041) == nil)
        #expect(health.lastNews(lost: 1042) == .lost(1042))
    }

    /// What was under way when it was told to end may have arrived, and goes out once more: twice is better than never.
    @Test("sends what is left when it ends")
    func end() async throws {
        let queue = SpanQueue()
        try await TraceCollector.run { collector, endpoint in
            try await Self.exporting(to: endpoint, queue) {
                for index in 0..<1300 { Self.tracer(queue).startSpan("\(index)", context: .topLevel).end() }
            }
            #expect(Set(collector.spans.map(\.name)).count == 1300 && queue.dropped == 0)
        }
    }

    @Test("ends in good time where the collector's answer drips, and takes its status for the answer")
    func drip() async throws {
        let queue = SpanQueue()
        try await TraceCollector.run(dripping: true) { collector, endpoint in
            try await Self.exporting(to: endpoint, queue) {
                Self.tracer(queue).startSpan("last", context: .topLevel).end()
            }
            #expect(!collector.hasDripped)
            #expect(Set(collector.spans.map(\.name)) == ["last"] && queue.dropped == 0)
        }
    }

    @Test("ends in good time, and counts what is lost, where nobody listens")
    func nobody() async throws {
        let queue = SpanQueue()
        try await Self.exporting(to: "http://127.0.0.1:\(FreePort.take())", queue) {
            for index in 0..<1300 { Self.tracer(queue).startSpan("\(index)", context: .topLevel).end() }
        }
        #expect(queue.dropped == 1300)
    }
}

/// Keeps what is logged.
private final class RecordingLog: LogHandler {
    private let lines = Mutex<[String]>([])

    var messages: [String] { lines.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let members = (event.metadata ?? [:]).map { "\($0)=\($1)" }
        lines.withLock { $0.append("\(event.level) \(event.message) \(members.joined(separator: " "))") }
    }
}
