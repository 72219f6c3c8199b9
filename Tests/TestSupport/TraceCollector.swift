import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A collector that takes traces by OTLP over HTTP, in JSON, and keeps them.
public final class TraceCollector: Sendable {
    private struct State {
        var bodies: [[UInt8]] = []
        var spans: [CollectedSpan] = []
        var refusals: [Int] = []
        var requests = 0
        var isDripping = false
        var hasDripped = false
        var types: Set<String> = []
    }

    public struct NotInTime: Error, CustomStringConvertible {
        public let description: String
    }

    private let state = Mutex(State())

    /// Runs `body` while it listens on a port of its own.
    ///
    /// - Parameters:
    ///   - refusals: The statuses with which the first requests are refused.
    ///   - isDripping: Whether the bodies of answers come byte by byte, for half a minute.
    public static func run<R: Sendable>(
        refusing refusals: [Int] = [], dripping isDripping: Bool = false,
        _ body: (TraceCollector, _ endpoint: String) async throws -> R
    ) async throws -> R {
        let collector = TraceCollector()
        collector.state.withLock { state in
            state.refusals = refusals
            state.isDripping = isDripping
        }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = Task { try await collector.serve { continuation.yield($0) } }
        defer { server.cancel() }
        guard let port = await ports.first(where: { _ in true }) else {
            throw NotInTime(description: "The collector doesn't listen.")
        }
        return try await body(collector, "http://127.0.0.1:\(port)")
    }

    /// Every body as it came.
    public var bodies: [[UInt8]] { state.withLock { $0.bodies } }
    public var spans: [CollectedSpan] { state.withLock { $0.spans } }
    /// Refused ones too.
    public var requests: Int { state.withLock { $0.requests } }
    /// Whether somebody has waited for the last byte of an answer that dripped.
    public var hasDripped: Bool { state.withLock { $0.hasDripped } }
    public var contentTypes: Set<String> { state.withLock { $0.types } }

    /// The spans, as soon as enough of them have come.
    public func spans(until isEnough: ([CollectedSpan]) -> Bool) async throws -> [CollectedSpan] {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let spans = spans
            if isEnough(spans) { return spans }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotInTime(description: "Only these spans came: \(spans.map(\.name))")
    }

    private func serve(onRunning: @escaping @Sendable (Int) -> Void) async throws {
        let router = Router()
        router.post("/v1/traces") { request, _ in
            let body = try await request.body.collect(upTo: 64 << 20)
            let type = request.headers[.contentType] ?? ""
            return try self.take(Array(body.readableBytesView), type: type)
        }
        var logger = Logger(label: "collector")
        logger.logLevel = .critical
        let application = Application(
            responder: router.buildResponder(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { onRunning($0.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    private func take(_ body: [UInt8], type: String) throws -> Response {
        let refusal = state.withLock { state in
            state.requests += 1
            state.types.insert(type)
            return state.refusals.isEmpty ? nil : state.refusals.removeFirst()
        }
        if let refusal { return Response(status: .init(code: refusal)) }
        let spans = try CollectedSpan.list(Data(body))
        state.withLock { state in
            state.bodies.append(body)
            state.spans += spans
        }
        let isDripping = state.withLock { $0.isDripping }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: isDripping ? drip : ResponseBody(byteBuffer: ByteBuffer(string: #"{"partialSuccess":{}}"#)))
    }

    private var drip: ResponseBody {
        ResponseBody { writer in
            for _ in 0..<300 {
                try await writer.write(ByteBuffer(string: " "))
                try await Task.sleep(for: .milliseconds(100))
            }
            self.state.withLock { $0.hasDripped = true }
            try await writer.finish(nil)
        }
    }
}
