import AsyncHTTPClient
import FoundationEssentials
public import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends spans to a collector by OTLP over HTTP, in JSON. Whatever goes wrong with that costs spans and nothing else; the log
/// has a line when it begins and one when it is over, and says how many spans were lost.
public struct SpanExporter: Sendable {
    private let endpoint: OTLPEndpoint
    private let resource: [String: String]
    private let queue: SpanQueue
    private let logger: Logger

    /// How long spans wait for others to go with them.
    private static let interval = Duration.seconds(1)
    /// Between attempts to deliver the same spans.
    private static let pauses: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]

    /// - Parameters:
    ///   - resource: Who made the spans: `service.name` and the like.
    ///   - queue: Nobody else exports what is in it.
    public init(endpoint: OTLPEndpoint, resource: [String: String], queue: SpanQueue, logger: Logger) {
        self.endpoint = endpoint
        self.resource = resource
        self.queue = queue
        self.logger = logger
    }

    /// Exports until the task is cancelled, then what is left within three seconds. What was under way at that moment may arrive
    /// twice.
    public func run() async {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
        let health = await withTaskGroup(of: Void.self, returning: CollectorHealth.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.interval)) != nil { queue.waker.yield() }
            }
            var health = CollectorHealth()
            for await _ in queue.wakeUps { await exportAll(by: client, &health) }
            return health
        }
        // A task that is cancelled sends nothing, so the rest is another's.
        await Task {
            await exportRest(by: client, until: .now + .seconds(3))
            try? await client.shutdown()
        }.value
        tell(health.lastNews(lost: queue.dropped))
    }

    private static var configuration: HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(3), read: .seconds(10)))
        // Its own requests would make spans that make requests.
        configuration.tracing.tracer = nil
        return configuration
    }

    // MARK: Delivering

    private enum Delivery {
        case delivered
        /// Another attempt may succeed.
        case unavailable(reason: String)
        case refused(reason: String)
    }

    private func exportAll(by client: HTTPClient, _ health: inout CollectorHealth) async {
        while !Task.isCancelled {
            let batch = queue.take()
            if batch.isEmpty { return }
            let reason = await export(batch, by: client)
            // Whether it has arrived is unknown; that it goes out again with the rest is better than not at all.
            if reason != nil, Task.isCancelled { return queue.putBack(batch) }
            if reason != nil { queue.countLost(batch) }
            tell(health.news(after: reason, lost: queue.dropped, at: .now))
            if batch.count < SpanQueue.batch { return }
        }
    }

    /// Nil when the batch has arrived.
    private func export(_ batch: [FinishedSpan], by client: HTTPClient) async -> String? {
        var reason: String?
        for pause in [.zero] + Self.pauses {
            if pause > .zero, (try? await Task.sleep(for: pause)) == nil { break }
            switch await post(batch, by: client, within: .seconds(10)) {
            case .delivered: return nil
            case .refused(let why): return why
            case .unavailable(let why): reason = why
            }
        }
        return reason ?? "the service ended"
    }

    private func exportRest(by client: HTTPClient, until deadline: ContinuousClock.Instant) async {
        while true {
            let batch = queue.take()
            let left = deadline - .now
            guard !batch.isEmpty else { return }
            guard left > .zero, case .delivered = await post(batch, by: client, within: left) else {
                return countLost(from: batch)
            }
        }
    }

    /// With all that is behind it in the queue.
    private func countLost(from first: [FinishedSpan]) {
        var batch = first
        while !batch.isEmpty {
            queue.countLost(batch)
            batch = queue.take()
        }
    }

    private func post(_ batch: [FinishedSpan], by client: HTTPClient, within limit: Duration) async -> Delivery {
        let deadline = ContinuousClock.now + limit
        do {
            var request = HTTPClientRequest(url: endpoint.traces)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.headers.add(name: "User-Agent", value: resource["service.name"] ?? "OpenTelemetry")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(OTLPDocument(batch, of: resource))))
            let response = try await client.execute(
                request, timeout: .milliseconds(max(1, Int64(limit / .milliseconds(1)))))
            await Self.readAndForget(response.body, until: deadline)
            switch response.status.code {
            case 200..<300: return .delivered
            case 429, 502, 503, 504: return .unavailable(reason: "status \(response.status.code)")
            default: return .refused(reason: "status \(response.status.code)")
            }
        } catch {
            return .unavailable(reason: String(describing: type(of: error)))
        }
    }

    /// So that the connection can be used again; what it says is of no interest. The client's own limit has ended with the head.
    private static func readAndForget(
        _ body: HTTPClientResponse.Body, until deadline: ContinuousClock.Instant
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await body.collect(upTo: 64 * 1024) }
            group.addTask { _ = try? await Task.sleep(until: deadline, clock: .continuous) }
            // Whichever is first, the other is of no use any more.
            _ = await group.next()
            group.cancelAll()
        }
    }

    private func tell(_ news: CollectorHealth.News?) {
        switch news {
        case .ill(let reason)?:
            logger.warning(
                "Traces don't reach their collector; requests are served as ever.", metadata: ["reason": "\(reason)"])
        case .wellAgain(let lost)?:
            logger.notice("Traces reach their collector again.", metadata: ["lost_spans": .stringConvertible(lost)])
        case .lost(let lost)?:
            logger.warning(
                "Spans were lost before they reached their collector.",
                metadata: ["lost_spans": .stringConvertible(lost)])
        case nil: break
        }
    }
}
