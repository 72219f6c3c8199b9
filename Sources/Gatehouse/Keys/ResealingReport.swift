/// What sealing the secrets of one kind anew, or a look at all of them, came to.
public struct ResealingReport<Unopened: Sendable & Equatable>: Sendable, Equatable {
    /// Secrets looked at.
    public internal(set) var count = 0
    /// Of these, secrets that have been sealed anew under the sealing master key; for a look, or a dry run, that are to be.
    public internal(set) var resealed = 0
    /// Secrets that were sealed under the sealing master key already.
    public internal(set) var unchanged = 0
    /// Secrets that no master key at hand opens, which is nobody's trouble: those of revoked keys.
    public internal(set) var disregarded = 0
    /// Other secrets that no master key at hand opens; they are left as they are.
    public internal(set) var unopened: [Unopened] = []

    static func += (sum: inout Self, part: Self) {
        sum.count += part.count
        sum.resealed += part.resealed
        sum.unchanged += part.unchanged
        sum.disregarded += part.disregarded
        sum.unopened += part.unopened
    }

    /// Adds what a run came to that was made just before this one: what it has sealed anew is unchanged to this one.
    mutating func add(resealedBefore first: Self) {
        resealed += first.resealed
        unchanged = max(0, unchanged - first.resealed)
    }
}
