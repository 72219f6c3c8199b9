import Logging
import Postgres

/// How running instances find out whether there is anything to do beside requests: by looking, again and again.
struct RecurringLook: Sendable {
    /// How long an error that will be met again at once is left alone.
    private static let rest: Duration = .seconds(60)

    /// Between two looks; each instance varies it, so that several don't look in step.
    let pause: Duration
    /// What is said, besides the reason, when a look fails.
    let complaint: Logger.Message
    let logger: Logger
    let metrics: UpkeepMetrics

    /// Looks until the task is cancelled, without a pause after a look that says that there is more; while the database is
    /// away, in vain and without a word: others say that it is. Anything else is said, once a minute.
    func callAsFunction(_ look: () async throws -> Bool) async {
        while !Task.isCancelled {
            var pause = pause
            do {
                let hasMore = try await look()
                metrics.succeeded()
                if hasMore { continue }
            } catch let error as PostgresError where error.isLostConnection {
                metrics.failed()
            } catch {
                if Task.isCancelled { return }
                metrics.failed()
                logger.error(complaint, metadata: ["reason": "\(Refusal.code(of: error))"])
                pause = Self.rest
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.8...1.2))
        }
    }
}

extension PostgresError {
    /// Whether there is no connection to ask over, rather than an answer that took too long or was a refusal.
    var isLostConnection: Bool {
        switch self {
        case .connect, .connectionLost, .closed, .cancelled: true
        default: false
        }
    }
}

extension Refusal {
    /// What may be said of an error in a log: a code, never a value.
    static func code(of error: any Error) -> String {
        switch error {
        case let refusal as Refusal: refusal.code
        case let error as PostgresError: Refusal(from: error)?.code ?? "database"
        default: "internal"
        }
    }
}
