import FoundationEssentials
import Synchronization

/// How many deliveries of each tenant are under way, and of how many tenants no more may be: one never keeps all who deliver busy, so that
/// a tenant whose rows somebody holds, or who has much to be delivered, leaves some of them to the others.
final class TenantsUnderWay: Sendable {
    /// Three quarters, rounded up, and of more than one at least one less than all, as of a pool's connections.
    let limit: Int
    private let counts = Mutex<[UUID: Int]>([:])

    /// - Parameter atOnce: How many deliveries are under way at the most, of all tenants together.
    init(atOnce: Int) {
        limit = max(1, atOnce - max(1, atOnce / 4))
    }

    /// The tenants of which as many are under way as may be.
    var exhausted: [UUID] {
        counts.withLock { counts in counts.filter { $0.value >= limit }.map(\.key) }
    }

    /// Counts one more; false where there are as many already.
    func begin(_ tenant: UUID) -> Bool {
        counts.withLock { counts in
            let count = counts[tenant] ?? 0
            guard count < limit else { return false }
            counts[tenant] = count + 1
            return true
        }
    }

    func end(_ tenant: UUID) {
        counts.withLock { counts in
            guard let count = counts[tenant] else { return }
            counts[tenant] = count > 1 ? count - 1 : nil
        }
    }
}
