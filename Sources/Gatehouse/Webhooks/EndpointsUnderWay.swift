import FoundationEssentials
import Synchronization

/// How many messages are on their way to each endpoint from this instance.
final class EndpointsUnderWay: Sendable {
    private let counts = Mutex<[UUID: Int]>([:])

    /// Counts one more, unless there are as many already.
    func begin(_ endpoint: UUID, limit: Int) -> Bool {
        counts.withLock { counts in
            guard counts[endpoint, default: 0] < limit else { return false }
            counts[endpoint, default: 0] += 1
            return true
        }
    }

    func end(_ endpoint: UUID) {
        counts.withLock { counts in
            let left = (counts[endpoint] ?? 1) - 1
            counts[endpoint] = left > 0 ? left : nil
        }
    }
}
