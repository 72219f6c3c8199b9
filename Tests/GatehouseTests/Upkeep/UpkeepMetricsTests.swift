import FoundationEssentials
import Logging
import MetricsTestKit
import Postgres
import Synchronization
import Testing

@testable import Gatehouse

@Suite struct UpkeepMetricsTests {
    private final class Looks: Sendable {
        let count = Atomic<Int>(0)
    }

    @Test(
        "A look that succeeds is noted with its time, and one that fails is counted, a lost database too",
        .timeLimit(.minutes(1)))
    func looks() async throws {
        let metrics = TestMetrics()
        let begun = Date()
        let looking = RecurringLook(
            pause: .milliseconds(1), complaint: "", logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            metrics: UpkeepMetrics(.keys, factory: metrics))
        let looks = Looks()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await looking {
                    let number = looks.count.add(1, ordering: .relaxed).newValue
                    guard number == 1 else { throw PostgresError.closed }
                    return true
                }
            }
            try await wait { looks.count.load(ordering: .relaxed) >= 4 }
            group.cancelAll()
        }
        let success = try metrics.expectMeter("gatehouse_upkeep_last_success_timestamp_seconds", [("work", "keys")])
        #expect(success.values.count == 1)
        #expect(success.lastValue ?? 0 >= begun.timeIntervalSince1970)
        let failures = try metrics.expectCounter("gatehouse_upkeep_failures_total", [("work", "keys")])
        #expect(failures.totalValue == Int64(looks.count.load(ordering: .relaxed)) - 1)
    }
}
