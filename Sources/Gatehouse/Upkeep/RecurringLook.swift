import Logging
import Postgres

/// How running instances find out whether there is anything to do beside requests: by looking, again and again.
struct RecurringLook: Sendable {
    /// Between two looks; each instance varies it, so that several don't look in step.
    let pause: Duration
    /// What is said, besides the reason, when a look fails.
    let complaint: Logger.Message
    let logger: Logger
    let metrics: UpkeepMetrics
    /// How long an error that will be met again at once is left alone, and one that may pass lasts before it is said.
    var rest: Duration = .seconds(60)

    /// Looks until the task is cancelled, without a pause after a look that says that there is more; while the database is
    /// away, in vain and without a word: others say that it is. Where it only takes too long, the next look comes as soon as ever,
    /// and what has lasted for a minute is said. Anything else is said at once, and tried again after a minute.
    func callAsFunction(_ look: () async throws -> Bool) async {
        // Since when looks have failed, or when that was said last.
        var failing: ContinuousClock.Instant?
        while !Task.isCancelled {
            var pause = pause
            do {
                let hasMore = try await look()
                metrics.succeeded()
                failing = nil
                if hasMore { continue }
            } catch let error as PostgresError where error.isLostConnection {
                metrics.failed()
            } catch {
                if Task.isCancelled { return }
                metrics.failed()
                let mayPass = (error as? PostgresError)?.isUnavailability == true
                if !mayPass { pause = rest }
                let hasLasted = failing.map { ContinuousClock.now - $0 >= rest } ?? false
                if !mayPass || hasLasted {
                    logger.error(complaint, metadata: ["reason": "\(Refusal.code(of: error))"])
                    failing = .now
                }
                failing = failing ?? .now
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.8...1.2))
        }
    }
}
