public import CoreMetrics

/// What hashing costs, and what it could not do.
public struct PasswordMetrics: Sendable {
    /// Making or comparing one hash, on its thread.
    let hashing: Timer
    /// From being admitted to the queue to being begun.
    let waiting: Timer
    /// Jobs that found the queue full, or were displaced by those of a tenant that had less than its share.
    let refused: Counter
    /// Stored hashes of a known scheme that cost more than may be spent.
    let overCeiling: Counter
    /// Stored texts that are a hash of no known scheme.
    let unknownScheme: Counter

    public init(factory: any MetricsFactory = MetricsSystem.factory) {
        func unverifiable(_ reason: String) -> Counter {
            Counter(
                label: "gatehouse_password_unverifiable_total", dimensions: [("reason", reason)], factory: factory)
        }
        hashing = Timer(label: "gatehouse_password_hash_seconds", dimensions: [], factory: factory)
        waiting = Timer(label: "gatehouse_password_queue_wait_seconds", dimensions: [], factory: factory)
        refused = Counter(label: "gatehouse_password_refused_total", factory: factory)
        overCeiling = unverifiable("over_ceiling")
        unknownScheme = unverifiable("unknown_scheme")
    }
}
