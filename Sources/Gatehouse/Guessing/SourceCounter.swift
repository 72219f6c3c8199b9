import Synchronization

/// Counts per source address, in this instance's memory, bounded: a flood from many addresses forgets the oldest.
final class SourceCounter: Sendable {
    private struct Count {
        var failures: Int
        let endsAt: ContinuousClock.Instant
    }

    private let budget: GuessBudget?
    private let counts = Mutex<[SourceAddress: Count]>([:])
    private static let capacity = 100_000

    init(_ budget: GuessBudget?) {
        self.budget = budget
    }

    /// Counts one attempt. Throws `Refusal.tooManyAttempts` when the budget is used up.
    func count(_ source: SourceAddress, now: ContinuousClock.Instant = .now) throws(Refusal) {
        guard let budget else { return }
        let end: ContinuousClock.Instant? = counts.withLock { counts in
            if let known = counts[source], known.endsAt > now {
                guard known.failures < budget.failures else { return known.endsAt }
                counts[source]?.failures += 1
                return nil
            }
            if counts.count >= Self.capacity { Self.forget(in: &counts, now: now) }
            counts[source] = Count(failures: 1, endsAt: now.advanced(by: budget.window))
            return nil
        }
        if let end { throw Self.refusal(until: end, now: now) }
    }

    /// Throws `Refusal.tooManyAttempts` when the budget is used up; counts nothing.
    func check(_ source: SourceAddress, now: ContinuousClock.Instant = .now) throws(Refusal) {
        guard let budget else { return }
        let known = counts.withLock { $0[source] }
        guard let known, known.endsAt > now, known.failures >= budget.failures else { return }
        throw Self.refusal(until: known.endsAt, now: now)
    }

    private static func refusal(until end: ContinuousClock.Instant, now: ContinuousClock.Instant) -> Refusal {
        .tooManyAttempts(retryAfter: max(1, Int(now.duration(to: end).seconds.rounded(.up))))
    }

    func giveBack(_ source: SourceAddress) {
        guard budget != nil else { return }
        counts.withLock { counts in
            guard let failures = counts[source]?.failures else { return }
            counts[source]?.failures = max(0, failures - 1)
        }
    }

    /// Drops what is over, and if that is little, half of the rest: memory is worth more than an old count.
    private static func forget(in counts: inout [SourceAddress: Count], now: ContinuousClock.Instant) {
        counts = counts.filter { $0.value.endsAt > now }
        guard counts.count > capacity / 2 else { return }
        for source in counts.sorted(by: { $0.value.endsAt < $1.value.endsAt }).prefix(capacity / 2).map(\.key) {
            counts[source] = nil
        }
    }
}
