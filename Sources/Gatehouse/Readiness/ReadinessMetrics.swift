public import CoreMetrics
import Synchronization

/// What an instance last said of itself, for whoever watches many.
public final class ReadinessMetrics: Sendable {
    private let ready: Meter
    private let checks = Mutex<[String: Meter]>([:])
    private let factory: any MetricsFactory

    public init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        ready = Meter(label: "gatehouse_ready", factory: factory)
    }

    func set(_ report: ReadinessReport) {
        ready.set(report.isReady ? 1 : 0)
        checks.withLock { meters in
            for check in report.checks {
                let meter =
                    meters[check.name]
                    ?? Meter(label: "gatehouse_readiness_check", dimensions: [("check", check.name)], factory: factory)
                meters[check.name] = meter
                meter.set(check.fault == nil ? 1 : 0)
            }
        }
    }
}
