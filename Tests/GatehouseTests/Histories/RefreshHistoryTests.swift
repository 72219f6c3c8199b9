import Foundation
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct RefreshHistoryTests {
    @Test("Random histories of many clients are answered as the design says", .timeLimit(.minutes(5)))
    func randomHistories() async throws {
        let tally = try await HistorySearch(firstSeed: Self.firstSeed, count: 300).run()
        print("Refresh histories: \(tally.summary), from seed \(Self.firstSeed)")
        #expect(tally.tooSlow < 30, "the machine was too busy to prove anything")
        for answer in Self.everyAnswer {
            #expect(tally.answers.contains { $0.key.isLike(answer) }, "never seen: \(answer)")
        }
    }

    @Test(
        "Many more histories are answered as the design says", .enabled(if: soakCount > 0),
        .timeLimit(.minutes(600)))
    func soak() async throws {
        let clock = ContinuousClock()
        let begun = clock.now
        let search = HistorySearch(firstSeed: Self.firstSeed, count: soakCount) {
            print("Refresh histories: \($0.summary), from seed \(Self.firstSeed), after \(clock.now - begun)")
        }
        let tally = try await search.run()
        print("Refresh histories: \(tally.summary), all clean, from seed \(Self.firstSeed), in \(clock.now - begun)")
        #expect(tally.tooSlow < soakCount / 100)
    }

    /// Another one each time, unless one is given to see its failure again.
    private static let firstSeed =
        ProcessInfo.processInfo.environment["GATEHOUSE_SEED"].flatMap(UInt64.init)
        ?? UInt64.random(in: 0...UInt64(UInt32.max))

    private static let everyAnswer: [Answer] = [
        .opened, .tokens(1), .sessions([]), .done, .ended(0), .refused("session_ended"), .refused("token_expired"),
        .refused("refresh_token_reused"), .refused("invalid_token"), .refused("tenant_not_found"),
        .refused("invalid_credentials"), .refused("session_not_found"),
    ]
}

/// How many histories `make soak` asked for.
private let soakCount = ProcessInfo.processInfo.environment["GATEHOUSE_SOAK"].flatMap(Int.init) ?? 0

extension Answer {
    fileprivate func isLike(_ other: Answer) -> Bool {
        switch (self, other) {
        case (.tokens, .tokens), (.sessions, .sessions), (.ended, .ended): true
        default: self == other
        }
    }
}

extension HistorySearch.Tally {
    fileprivate var summary: String {
        "\(histories) histories, \(steps) requests, \(presentations) presentations"
            + (tooSlow > 0 ? ", \(tooSlow) too slow to be judged" : "")
    }
}
