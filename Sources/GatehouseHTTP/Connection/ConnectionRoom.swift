import NIOCore
import Synchronization

/// How many clients may be connected at once, and who came in beyond that.
///
/// A client that stays in the system's queue of connections is told nothing until others leave. So some more are let in
/// than are served; each of those hears at its first request that the service is overloaded, and leaves.
final class ConnectionRoom: Sendable {
    private struct State {
        var count = 0
        var surplus: Set<ObjectIdentifier> = []
    }

    /// How many are served.
    private let size: Int
    private let state = Mutex(State())

    /// - Parameter connections: How many connections are accepted; an eighth of them, 256 at most, only to be refused.
    init(accepting connections: Int) {
        size = connections - min(connections / 8, 256)
    }

    /// Counts a connection until it is closed.
    func enter(_ channel: any Channel) {
        let connection = ObjectIdentifier(channel)
        state.withLock { state in
            if state.count >= size { state.surplus.insert(connection) }
            state.count += 1
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.surplus.remove(connection)
                state.count -= 1
            }
        }
    }

    /// Throws `RequestFault.tooManyConnections` for a connection that came in beyond those that are served, unless others
    /// have left since and made room for it.
    func refuseSurplus(_ channel: any Channel) throws(RequestFault) {
        let isSurplus = state.withLock { state in
            guard !state.surplus.isEmpty, state.surplus.contains(ObjectIdentifier(channel)) else { return false }
            guard state.count - state.surplus.count < size else { return true }
            state.surplus.remove(ObjectIdentifier(channel))
            return false
        }
        if isSurplus { throw .tooManyConnections }
    }
}
