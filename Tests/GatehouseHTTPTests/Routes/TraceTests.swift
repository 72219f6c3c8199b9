import Gatehouse
import Logging
import OpenTelemetry
import TestSupport
import Testing

/// What a real collector is sent.
@Suite("The trace of a request", .timeLimit(.minutes(2)))
struct TraceTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let caller = "b7ad6b7169203331"

    /// A service whose traces go to `collector`.
    static func traced(
        ratio: Double = 1, _ body: (RunningService, TraceCollector) async throws -> Void
    ) async throws {
        try await TraceCollector.run { collector, endpoint in
            let queue = SpanQueue()
            let tracer = OpenTelemetryTracer(sampler: Sampler(ratio: ratio), queue: queue)
            var silence = Logger(label: "test")
            silence.logLevel = .critical
            let exporter = SpanExporter(
                endpoint: try #require(OTLPEndpoint(endpoint)), resource: ["service.name": "gatehouse"], queue: queue,
                logger: silence)
            let exporting = Task { await exporter.run() }
            defer { exporting.cancel() }
            try await RunningService.run {
                $0.tracer = tracer
                $0.hasher = {
                    PasswordHasher(parameters: try Argon2Parameters(parsing: "m=64,t=1,p=1"), tracer: tracer)
                }
            } _: { service in
                try await body(service, collector)
            }
        }
    }

    private static func request(_ spans: [CollectedSpan], _ name: String) -> CollectedSpan? {
        spans.first { $0.kind == 2 && $0.name == name }
    }

    @Test("is the caller's; within it stand the wait for a connection, each statement by its tables, and the hash")
    func login() async throws {
        try await Self.traced { service, collector in
            let tenant = try await service.tenant()
            let body: JSON = ["email": "ada@example.com", "password": .string(goodPassword)]
            let sent = ["traceparent": "00-\(Self.trace)-\(Self.caller)-01", "tracestate": "congo=t61rcWkgMzE"]
            let reply = try await tenant.send("POST", "/v1/login", sent, json: body)
            #expect(reply.status == 401)
            let name = "POST /t/{tenant}/v1/login"
            let spans = try await collector.spans { Self.request($0, name) != nil }
            let request = try #require(Self.request(spans, name))
            #expect(request.traceID == Self.trace && request.parentSpanID == Self.caller)
            #expect(reply.header("traceparent") == "00-\(Self.trace)-\(request.spanID)-01")
            #expect(
                request.attributes == [
                    "http.request.method": "POST", "http.route": "/t/{tenant}/v1/login",
                    "http.response.status_code": "401", "gatehouse.tenant": tenant.tenant.slug,
                    "gatehouse.request_id": reply.header("x-request-id"),
                ])
            #expect(request.status == nil)
            let children = spans.filter { $0.spanID != request.spanID }
            #expect(children.allSatisfy { $0.traceID == Self.trace && $0.parentSpanID == request.spanID })
            #expect(children.allSatisfy { request.start <= $0.start && $0.end <= request.end })
            let statements = children.filter { $0.attributes["db.system.name"] == "postgresql" }
            #expect(
                statements.map(\.name).contains("SELECT tenants") && statements.map(\.name).contains("SELECT users"))
            #expect(statements.allSatisfy { $0.kind == 3 && $0.attributes["db.query.summary"] == $0.name })
            #expect(children.filter { $0.name == "pool wait" }.count == 1)
            #expect(children.filter { $0.name == "verify password" }.map(\.events) == [["begun"]])
            for secret in ["ada@example.com", goodPassword, "congo"] {
                #expect(!collector.bodies.contains { String(decoding: $0, as: UTF8.self).contains(secret) })
            }
        }
    }

    @Test("names what went wrong by its kind: the request's status and the statement's SQLSTATE")
    func failure() async throws {
        try await Self.traced { service, collector in
            let tenant = try await service.tenant()
            try await service.sql("alter table users rename to elsewhere")
            #expect(try await tenant.logIn("ada@example.com").status == 500)
            let name = "POST /t/{tenant}/v1/login"
            let spans = try await collector.spans { Self.request($0, name) != nil }
            let request = try #require(Self.request(spans, name))
            #expect(request.status == 2 && request.attributes["error.type"] == "SQLSTATE 42P01")
            let failed = spans.filter { $0.status == 2 && $0.kind == 3 }
            #expect(failed.map { $0.attributes["db.response.status_code"] } == ["42P01"])
            #expect(failed.map { $0.attributes["error.type"] } == ["42P01"])
        }
    }

    @Test("is recorded when the caller records it; otherwise the ratio decides, and what the caller says is checked")
    func sampling() async throws {
        try await Self.traced(ratio: 0) { service, collector in
            func health(_ parent: String) async throws -> String {
                let reply = try await service.send("GET", "/healthz", ["traceparent": parent])
                return try #require(reply.header("traceparent"))
            }
            #expect(try await health("00-\(Self.trace)-\(Self.caller)-00").hasPrefix("00-\(Self.trace)-"))
            let own = try await health("")
            #expect(own.count == 55 && own.hasPrefix("00-") && own.hasSuffix("-00"))
            #expect(try await service.send("GET", "/healthz").header("traceparent") == nil)
            for malformed in [
                "00-\(Self.trace.uppercased())-\(Self.caller)-01", "00-\(Self.trace)-\(Self.caller)-01-x",
            ] {
                let answered = try await health(malformed)
                #expect(!answered.contains(Self.trace) && answered.hasSuffix("-00"))
            }
            let twice = try await service.exchange(
                Array(
                    """
                    GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                    traceparent: 00-\(Self.trace)-\(Self.caller)-01\r\ntraceparent: 00-\(Self.trace)-\(Self.caller)-01\r\n\r\n
                    """.utf8))
            #expect(Reply(twice)?.header("traceparent")?.contains(Self.trace) == false)
            #expect(try await health("00-\(Self.trace)-\(Self.caller)-01").hasSuffix("-01"))
            let spans = try await collector.spans { !$0.isEmpty }
            #expect(spans.map(\.traceID) == [Self.trace])
        }
    }
}
