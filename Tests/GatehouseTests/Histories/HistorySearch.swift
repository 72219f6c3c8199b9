import Foundation

@testable import Gatehouse

/// Runs the histories of successive seeds, several at once, and shortens the first one that fails.
struct HistorySearch {
    /// As many tenants as there may be at a time.
    private static let tenants = 1000
    private static let atOnce = 6

    struct Tally {
        var histories = 0
        var steps = 0
        var presentations = 0
        var tooSlow = 0
        var answers: [Answer: Int] = [:]
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let firstSeed: UInt64
    let count: Int
    var progress: @Sendable (Tally) -> Void = { _ in }

    /// Throws `Failure` with the seed, what is wrong, and a short history to paste into a test.
    func run() async throws -> Tally {
        var tally = Tally()
        let place = try await HistoryPlace.make()
        for begin in stride(from: 0, to: count, by: Self.tenants) {
            let seeds = (begin..<min(begin + Self.tenants, count)).map { firstSeed &+ UInt64($0) }
            try await run(seeds, in: place, &tally)
            try await place.clear()
            progress(tally)
        }
        await place.close()
        return tally
    }

    private func run(_ seeds: [UInt64], in place: HistoryPlace, _ tally: inout Tally) async throws {
        try await withThrowingTaskGroup(of: (UInt64, HistoryRun.Verdict).self) { group in
            var waiting = seeds[...]
            func start() {
                guard let seed = waiting.popFirst() else { return }
                group.addTask { (seed, try await HistoryRun.verdict(on: History(seed: seed), in: place)) }
            }
            for _ in 0..<Self.atOnce { start() }
            while let (seed, verdict) = try await group.next() {
                start()
                switch verdict {
                case .clean(let log): tally.add(log)
                case .tooSlow: tally.tooSlow += 1
                case .failed(let fault):
                    group.cancelAll()
                    throw await failure(seed, fault, in: place)
                }
            }
        }
    }

    private func failure(_ seed: UInt64, _ fault: String, in place: HistoryPlace) async -> Failure {
        let history = History(seed: seed)
        // In a task of its own, because the group's are cancelled.
        let shortest = await Task {
            let shrinker = HistoryShrinker { try await HistorySearch.fault(in: $0, place) != nil }
            guard let shortest = try? await shrinker.shrunk(history),
                let fault = try? await HistorySearch.fault(in: shortest, place)
            else { return "It did not fail again." }
            return
                "\(fault)\n\(shortest.steps.count) of its \(history.steps.count) steps are enough:\n\(shortest.source)"
        }.value
        return Failure(
            description:
                "The history of seed \(seed) fails: GATEHOUSE_SEED=\(seed) runs it first. \(fault)\n\(shortest)")
    }

    /// What is wrong, nil if nothing is. Things that happen at once may happen in another order the next time, and do so
    /// more often in company.
    static func fault(in history: History, _ place: HistoryPlace) async throws -> String? {
        try await withThrowingTaskGroup(of: HistoryRun.Verdict.self) { group in
            for attempt in 0..<(history.hasBurst ? 100 : 1) {
                if attempt >= atOnce, case .failed(let fault) = try await group.next() { return fault }
                group.addTask { try await HistoryRun.verdict(on: history, in: place) }
            }
            for try await verdict in group { if case .failed(let fault) = verdict { return fault } }
            return nil
        }
    }
}

extension History {
    fileprivate var hasBurst: Bool {
        steps.contains { if case .burst = $0 { true } else { false } }
    }
}

extension HistorySearch.Tally {
    fileprivate mutating func add(_ log: [Entry]) {
        histories += 1
        steps += log.count
        presentations += log.count { $0.presenter != nil }
        for entry in log { answers[entry.answer, default: 0] += 1 }
    }
}
