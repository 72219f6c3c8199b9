import FoundationEssentials
import Synchronization

@testable import Gatehouse
@testable import Postgres

/// Takes statements and answers when it is told to, each question by ten times itself: what a `Gathering` asks, and when, can be
/// seen without a database. Its time passes when it is told to as well.
final class Desk: Sendable {
    typealias Answers = Result<[Int?], PostgresError>

    private struct State {
        var now = ContinuousClock.now
        var statements: [[Int]] = []
        var open: [(questions: [Int], continuation: CheckedContinuation<Answers, Never>)] = []
    }

    private let state = Mutex(State())

    /// What has been asked so far, in order.
    var statements: [[Int]] { state.withLock { $0.statements } }

    func gathering(longestWait: Duration = .seconds(60), mayRepeat: Bool = true) -> Gathering<Int, Int> {
        Gathering(longestWait: longestWait, mayRepeat: mayRepeat) { [self] questions, _ throws(PostgresError) in
            try await answers(to: questions).get()
        } series: { [self] first, _, next in
            var questions = first
            while let more = next(await answers(to: questions)) { questions = more }
        } now: { [self] in
            state.withLock { $0.now }
        }
    }

    func pass(_ time: Duration) {
        state.withLock { $0.now += time }
    }

    private func answers(to questions: [Int]) async -> Answers {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.statements.append(questions)
                state.open.append((questions, continuation))
            }
        }
    }

    /// Waits for so many statements in all, within the time limit of the test.
    func received(_ count: Int) async throws {
        while statements.count < count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Answers the oldest statement that is open.
    func answer(_ answers: ([Int]) -> Answers? = { _ in nil }) {
        let (questions, continuation) = state.withLock { $0.open.removeFirst() }
        continuation.resume(returning: answers(questions) ?? .success(questions.map { $0 * 10 }))
    }

    func fail(with error: PostgresError) {
        answer { _ in .failure(error) }
    }

    /// Puts questions one after the other, while a statement is under way; returns when all of them wait, and how many do.
    func line(
        _ questions: ClosedRange<Int>, in gathering: Gathering<Int, Int>, _ tenant: UUID
    ) async -> (Callers, waiting: Int) {
        var callers: [Task<Int?, any Error>] = []
        for question in questions {
            let before = gathering.waiting(in: tenant)
            callers.append(Task { try await gathering.answer(question, in: tenant) })
            while gathering.waiting(in: tenant) == before, !Task.isCancelled { await Task.yield() }
        }
        return (Callers(tasks: callers), gathering.waiting(in: tenant))
    }

    struct Callers: Sendable {
        fileprivate let tasks: [Task<Int?, any Error>]

        func results() async -> [Result<Int?, any Error>] {
            var results: [Result<Int?, any Error>] = []
            for task in tasks { results.append(await task.result) }
            return results
        }

        func answers() async throws -> [Int?] {
            try await results().map { try $0.get() }
        }
    }
}
