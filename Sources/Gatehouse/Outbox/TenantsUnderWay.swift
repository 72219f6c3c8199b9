import FoundationEssentials
import Synchronization

/// How many deliveries of each tenant are under way, and of how many tenants no more may be: one never keeps all who deliver busy, so that
/// a tenant whose rows somebody holds, or who has much to be delivered, leaves some of them to the others. And which tenants rest.
final class TenantsUnderWay: Sendable {
    /// Three quarters, rounded up, and of more than one at least one less than all, as of a pool's connections.
    let limit: Int
    private static let rest: Duration = .seconds(1)

    private struct State {
        var counts: [UUID: Int] = [:]
        /// Until when they rest.
        var resting: [UUID: ContinuousClock.Instant] = [:]

        func rests(_ tenant: UUID, at now: ContinuousClock.Instant) -> Bool {
            resting[tenant].map { now < $0 } ?? false
        }
    }

    private let state = Mutex(State())

    /// - Parameter atOnce: How many deliveries are under way at the most, of all tenants together.
    init(atOnce: Int) {
        limit = max(1, atOnce - max(1, atOnce / 4))
    }

    /// The tenants that rest, and those of which as many are under way as may be.
    func passedOver(at now: ContinuousClock.Instant = .now) -> [UUID] {
        state.withLock { state in
            state.resting = state.resting.filter { now < $0.value }
            return state.counts.filter { $0.value >= limit }.map(\.key) + state.resting.keys
        }
    }

    /// Counts one more; false where there are as many already, or the tenant rests.
    func begin(_ tenant: UUID, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            let count = state.counts[tenant] ?? 0
            guard count < limit, !state.rests(tenant, at: now) else { return false }
            state.counts[tenant] = count + 1
            return true
        }
    }

    func end(_ tenant: UUID) {
        state.withLock { state in
            guard let count = state.counts[tenant] else { return }
            state.counts[tenant] = count > 1 ? count - 1 : nil
        }
    }

    /// Has nothing more of a tenant begun for a second; false where it rests already.
    func rest(_ tenant: UUID, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            guard !state.rests(tenant, at: now) else { return false }
            state.resting[tenant] = now + Self.rest
            return true
        }
    }
}
