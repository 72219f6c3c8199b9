/// How many connections each party holds, and how many one may: never all of a pool, so that a party whose statements wait for a
/// lock, or take long, leaves the others connections of their own. What is done for nobody in particular has no limit.
struct PoolShares {
    /// Three quarters, rounded up, and of more than one connection at least one less than all.
    let limit: Int
    private var held: [Int: Int] = [:]
    /// The parties that hold as many as they may. While a connection is free that is one party at most, since two such would hold
    /// all of them; so looking through this costs nothing.
    private(set) var exhausted: [Int] = []

    init(size: Int) {
        limit = max(1, size - max(1, size / 4))
    }

    func isExhausted(by party: Int?) -> Bool {
        guard let party else { return false }
        return exhausted.contains(party)
    }

    mutating func take(for party: Int?) {
        guard let party else { return }
        let count = (held[party] ?? 0) + 1
        held[party] = count
        if count == limit { exhausted.append(party) }
    }

    mutating func giveBack(from party: Int?) {
        guard let party, let count = held[party] else { return }
        held[party] = count > 1 ? count - 1 : nil
        if count == limit { exhausted.removeAll { $0 == party } }
    }
}
