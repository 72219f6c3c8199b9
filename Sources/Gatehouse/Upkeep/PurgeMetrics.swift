public import CoreMetrics

/// Whether what is over is removed in time, in the database as a whole: every instance says the same of it.
public struct PurgeMetrics: Sendable {
    private let behind: Meter

    public init(factory: any MetricsFactory = MetricsSystem.factory) {
        behind = Meter(label: "gatehouse_purge_behind_seconds", factory: factory)
    }

    /// For how long the tenant that is furthest behind has been due, or not looked through to its end.
    func set(behind seconds: Double) { behind.set(seconds) }
}
