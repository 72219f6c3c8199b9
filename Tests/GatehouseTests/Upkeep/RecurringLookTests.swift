import Logging
import Postgres
import Synchronization
import Testing

@testable import Gatehouse

@Suite(.timeLimit(.minutes(1))) struct RecurringLookTests {
    private final class Looks: Sendable {
        let count = Atomic<Int>(0)
    }

    private static let passing: [PostgresError] = [
        .timeout(.statement), .timeout(.waitingForConnection), .tooManyWaiting, .commitUnconfirmed,
    ]

    @Test("What may pass is left alone no longer than a look that found nothing, and isn't said", arguments: passing)
    func passes(_ error: PostgresError) async {
        let log = RecordingLog()
        await look(5, failing: error, rest: .seconds(3600), log)
        #expect(log.messages.isEmpty)
    }

    @Test("What has lasted is said")
    func lasts() async {
        let log = RecordingLog()
        await look(3, failing: PostgresError.timeout(.statement), rest: .zero, log)
        #expect(log.messages.first?.hasPrefix("error Nobody looks.") == true)
        #expect(log.messages.first?.contains("database_unavailable") == true)
    }

    @Test("A look that succeeds in between begins the time anew")
    func recovers() async {
        let log = RecordingLog()
        await look(5, failing: PostgresError.timeout(.statement), every: 2, rest: .zero, log)
        #expect(log.messages.isEmpty)
    }

    @Test("Anything else is said at once")
    func unforeseen() async {
        let log = RecordingLog()
        await look(2, failing: Refusal.keysUnavailable, rest: .zero, log)
        #expect(log.messages.first?.hasPrefix("error Nobody looks.") == true)
        #expect(log.messages.first?.contains("keys_unavailable") == true)
    }

    /// Until that many looks have been begun.
    private func look(
        _ atLeast: Int, failing error: any Error, every: Int = 1, rest: Duration, _ log: RecordingLog
    ) async {
        let looking = RecurringLook(
            pause: .milliseconds(1), complaint: "Nobody looks.", logger: Logger(label: "tests") { _ in log },
            metrics: UpkeepMetrics(.keys), rest: rest)
        let looks = Looks()
        let task = Task {
            await looking {
                if looks.count.add(1, ordering: .relaxed).newValue % every == 0 { throw error }
                return false
            }
        }
        while looks.count.load(ordering: .relaxed) < atLeast && !Task.isCancelled { await Task.yield() }
        task.cancel()
        await task.value
    }
}
