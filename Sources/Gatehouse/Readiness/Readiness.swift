public import Logging
import Postgres
internal import Synchronization

/// Whether an instance should be sent requests, and if not, why.
///
/// It looks at the database over a connection of its own, so that a busy pool makes no instance unready, at most once a
/// second. Nobody waits much longer than a second for the answer, whatever the database does.
public final class Readiness: Sendable {
    /// Where an instance stands between its start and its end.
    public enum Phase: Sendable {
        case starting
        case serving
        /// It has been asked to end, and lets what was begun come to its end.
        case draining
    }

    private static let patience = Duration.seconds(1)

    private let pool: Pool
    private let look: SharedLook<[ReadinessReport.Check]>
    private let state = Mutex((phase: Phase.starting, wasReady: nil as Bool?))
    private let logger: Logger
    private let metrics: ReadinessMetrics

    public init(
        databaseURL: String, sealer: KeySealer, clock: Clock = .system, logger: Logger,
        metrics: ReadinessMetrics = ReadinessMetrics()
    ) {
        let pool = Pool(
            PoolConfiguration(
                databaseURL, size: 1, waitDeadline: Self.patience, statementDeadline: Self.patience,
                connectDeadline: Self.patience, applicationName: "gatehouse readiness",
                backoff: Backoff(longest: .milliseconds(500))))
        let checks = DatabaseChecks(database: Database(pool: pool), sealer: sealer, clock: clock)
        self.pool = pool
        self.logger = logger
        self.metrics = metrics
        look = SharedLook(
            patience: Self.patience, memory: Self.patience,
            overdue: DatabaseChecks.unavailable("no answer within \(Self.patience.components.seconds) s"),
            checks.callAsFunction)
    }

    /// Keeps the connection until the task is cancelled, then closes it. Reports are made without it too.
    public func run() async {
        await pool.run()
    }

    /// Where the instance stands from now on; who drains does so until the end.
    public func enter(_ phase: Phase) {
        state.withLock { if $0.phase != .draining { $0.phase = phase } }
    }

    /// What holds now, or did within the last second.
    public func report() async -> ReadinessReport {
        let seen = await look()
        let phase = state.withLock { $0.phase }
        let report = ReadinessReport(checks: [phase.check] + seen)
        note(report)
        metrics.set(report)
        return report
    }

    /// Says once in the log when an instance stops being ready, and when it is again.
    private func note(_ report: ReadinessReport) {
        let wasReady = state.withLock { state in
            defer { state.wasReady = report.isReady }
            return state.wasReady
        }
        guard report.isReady != (wasReady ?? true) else { return }
        let faults = report.checks.compactMap { check in check.fault.map { (check.name, $0) } }
        if report.isReady {
            logger.notice("Ready again.")
        } else {
            logger.warning("Not ready.", metadata: .init(uniqueKeysWithValues: faults.map { ($0, .string($1)) }))
        }
    }
}

extension Readiness.Phase {
    fileprivate var check: ReadinessReport.Check {
        switch self {
        case .starting: .init("serving", fault: "starting")
        case .serving: .init("serving")
        case .draining: .init("serving", fault: "draining")
        }
    }
}
