import AsyncHTTPClient

/// Where HTTP clients end. A receiver that speaks TLS can take its time with that, and no webhook waits for it.
final class ClosingClients: Sendable {
    private let clients: AsyncStream<HTTPClient>.Continuation
    private let closing: Task<Void, Never>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: HTTPClient.self)
        clients = continuation
        closing = Task {
            await withDiscardingTaskGroup { group in
                for await client in stream { group.addTask { try? await client.shutdown() } }
            }
        }
    }

    deinit { clients.finish() }

    func take(_ client: HTTPClient) async {
        if case .terminated = clients.yield(client) { try? await client.shutdown() }
    }

    /// Returns when all are closed.
    func end() async {
        clients.finish()
        await closing.value
    }
}
