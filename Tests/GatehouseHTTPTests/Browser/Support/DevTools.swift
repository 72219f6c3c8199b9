import Gatehouse
import NIOCore

/// The DevTools protocol of a running browser: commands that are answered, and what happens in its pages, which is kept
/// for whoever asks later.
actor DevTools {
    struct Event: Sendable {
        let method: String
        let parameters: JSONObject
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Watch {
        let session: String
        let isAwaited: @Sendable (Event) -> Bool
    }

    private static let limit = Duration.seconds(30)

    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var lastID = 0
    private var waiting: [Int: CheckedContinuation<JSONObject, any Error>] = [:]
    private var watches: [Int: Watch] = [:]
    private var events: [String: [Event]] = [:]
    private var hasEnded = false

    init(_ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.outbound = outbound
    }

    /// Takes what the browser says until it ends.
    nonisolated func listen(to inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async {
        var message: [UInt8] = []
        do {
            for try await part in inbound {
                for byte in part.readableBytesView {
                    if byte == 0 {
                        await receive(message)
                        message = []
                    } else {
                        message.append(byte)
                    }
                }
            }
        } catch {}
        await end()
    }

    /// Sends a command, to a page where a session is named, and answers its result.
    func call(_ method: String, _ parameters: JSONObject = [:], in session: String? = nil) async throws -> JSONObject {
        try await settled(method) { id in
            var command: JSONObject = [
                "id": .integer(id), "method": .string(method), "params": .object(parameters),
            ]
            if let session { command["sessionId"] = .string(session) }
            let bytes = ByteBuffer(bytes: command.serialized() + [0])
            Task {
                do {
                    try await outbound.write(bytes)
                } catch {
                    settle(id, .failure(error))
                }
            }
        }
    }

    /// What has happened in a page so far.
    func events(in session: String) -> [Event] {
        events[session] ?? []
    }

    /// The first event after so many that is awaited, as soon as it has come.
    func event(
        _ name: String, in session: String, after count: Int = 0,
        where isAwaited: @Sendable @escaping (Event) -> Bool
    ) async throws -> JSONObject {
        if let event = events(in: session).dropFirst(count).first(where: isAwaited) { return event.parameters }
        return try await settled(name) { id in watches[id] = Watch(session: session, isAwaited: isAwaited) }
    }

    private func settled(_ name: String, _ begin: (Int) -> Void) async throws -> JSONObject {
        if hasEnded { throw Failure(description: "\(name): the browser has ended") }
        lastID += 1
        let id = lastID
        let deadline = Task {
            try await Task.sleep(for: Self.limit)
            settle(id, .failure(Failure(description: "\(name) did not come within \(Self.limit)")))
        }
        defer { deadline.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            waiting[id] = continuation
            begin(id)
        }
    }

    private func settle(_ id: Int, _ result: Result<JSONObject, any Error>) {
        watches[id] = nil
        waiting.removeValue(forKey: id)?.resume(with: result)
    }

    private func receive(_ message: [UInt8]) {
        guard let message = try? JSON.parse(message, maximumDepth: 200).objectValue else { return }
        if let id = message["id"]?.integerValue {
            let result = message["result"]?.objectValue
            settle(id, result.map(Result.success) ?? .failure(Failure(description: JSON.object(message).text)))
        } else if let method = message["method"]?.stringValue, let session = message["sessionId"]?.stringValue {
            let event = Event(method: method, parameters: message["params"]?.objectValue ?? [:])
            events[session, default: []].append(event)
            for (id, watch) in watches where watch.session == session && watch.isAwaited(event) {
                settle(id, .success(event.parameters))
            }
        }
    }

    private func end() {
        hasEnded = true
        for id in Array(waiting.keys) { settle(id, .failure(Failure(description: "the browser has ended"))) }
    }
}
