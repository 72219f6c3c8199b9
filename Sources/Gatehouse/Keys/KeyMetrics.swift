public import CoreMetrics

/// What is counted about keys; no label names a tenant.
public struct KeyMetrics: Sendable {
    /// Lookups that the memory of an instance answered.
    let hits: Counter
    /// Lookups that had to ask the database.
    let misses: Counter
    /// Look-ups anew because a token named an unknown key.
    let rereads: Counter
    /// Keys that were read and could not be opened.
    let unusable: Counter
    let scheduledRotations: Counter
    /// 1 while changes of tenants and keys are heard of, else 0.
    let listenerConnected: Meter

    public init(factory: any MetricsFactory = MetricsSystem.factory) {
        func cache(_ result: String) -> Counter {
            Counter(label: "gatehouse_key_cache_total", dimensions: [("result", result)], factory: factory)
        }
        hits = cache("hit")
        misses = cache("miss")
        rereads = cache("reread")
        unusable = cache("unusable")
        scheduledRotations = Counter(
            label: "gatehouse_key_rotations_total", dimensions: [("use", "access"), ("trigger", "schedule")],
            factory: factory)
        listenerConnected = Meter(label: "gatehouse_listener_connected", factory: factory)
    }
}
