import NIOCore
import Synchronization

/// The way in to a listener. When the service ends it is closed before the listener is.
///
/// A connection that is accepted while its listener closes would be set up and never served: SwiftNIO drops it on the way, and
/// ends the process for it. So nothing is accepted any more, and what was accepted is with those who serve it, when the
/// listener hears of the end.
final class Entrance: Sendable {
    private struct State {
        var isClosed = false
        var listener: (any Channel)?
        /// Accepted and not closed, as the listener counts.
        var open = 0
        /// The same, as the connections themselves do, once they have been set up: it follows `open`, up and down.
        var present = 0
        /// Those of them that aren't with those who serve them yet.
        var arriving: Set<ObjectIdentifier> = []
        var waiting: CheckedContinuation<Void, Never>?

        var isQuiet: Bool { open == present && arriving.isEmpty }
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func opened(_ listener: any Channel) {
        state.withLock { $0.listener = listener }
    }

    func accepted() {
        change { $0.open += 1 }
    }

    func closed() {
        change { $0.open -= 1 }
    }

    func arrives(_ channel: any Channel) {
        let connection = ObjectIdentifier(channel)
        change { state in
            state.present += 1
            state.arriving.insert(connection)
        }
        channel.closeFuture.whenComplete { _ in
            self.change { state in
                state.present -= 1
                state.arriving.remove(connection)
            }
        }
    }

    func isServed(_ channel: any Channel) {
        change { $0.arriving.remove(ObjectIdentifier(channel)) }
    }

    /// Returns when everybody who was accepted is served, or gone.
    func close() async {
        let listener = state.withLock { state in
            state.isClosed = true
            return state.listener
        }
        // It accepts on its own event loop: what it has accepted by the time of the answer is counted.
        try? await listener?.setOption(.autoRead, value: false).get()
        await withCheckedContinuation { continuation in change { $0.waiting = continuation } }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            return state.isQuiet ? state.waiting.take() : nil
        }
        waiting?.resume()
    }
}
