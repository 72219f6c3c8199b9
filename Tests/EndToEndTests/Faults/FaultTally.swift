import Synchronization

/// What the clients of an experiment were answered.
final class FaultTally: Sendable {
    struct Counts: Sendable {
        var acknowledged = 0
        var refused = 0
        var unknown = 0
        /// By code: an honest client was told that it isn't signed in.
        var denied: [String: Int] = [:]
        var wrong: [String: Int] = [:]
    }

    private struct State {
        var counts = Counts()
        var isOver = false
        var watched: Watched?
    }

    /// From when on each client's next acknowledgement is waited for.
    private struct Watched {
        let since = ContinuousClock.now
        var missing: Set<Int>
        var first: Duration?
        var last: Duration?

        mutating func acknowledge(_ client: Int) {
            let passed = since.duration(to: .now)
            if first == nil { first = passed }
            if missing.remove(client) != nil { last = passed }
        }

        /// It won't get on any more; the verdict says so.
        mutating func giveUp(_ client: Int) {
            missing.remove(client)
        }
    }

    private let state = Mutex(State())
    let clients: Int

    init(clients: Int) {
        self.clients = clients
    }

    var isOver: Bool { state.withLock { $0.isOver } }
    var counts: Counts { state.withLock { $0.counts } }

    func end() { state.withLock { $0.isOver = true } }

    func note(_ outcome: RefreshingClient.Outcome, of client: Int) {
        state.withLock { state in
            switch outcome {
            case .acknowledged:
                state.counts.acknowledged += 1
                state.watched?.acknowledge(client)
            case .refused: state.counts.refused += 1
            case .unknown: state.counts.unknown += 1
            case .denied(let code):
                state.counts.denied[code, default: 0] += 1
                state.watched?.giveUp(client)
            case .wrong(let what): state.counts.wrong[what, default: 0] += 1
            }
        }
    }

    /// How long from now until a first client was acknowledged something, and until all were.
    struct Recovery: Sendable {
        var first = Duration.zero
        var all = Duration.zero
    }

    func recovery(within limit: Duration = .seconds(60)) async throws -> Recovery {
        state.withLock { $0.watched = Watched(missing: Set(0..<clients)) }
        return try await eventually("an acknowledgement for every client", within: limit) {
            state.withLock { state in
                guard let watched = state.watched, watched.missing.isEmpty else { return nil }
                return Recovery(first: watched.first ?? .zero, all: watched.last ?? .zero)
            }
        }
    }
}
