import FoundationEssentials
import Postgres
import Synchronization

/// Asks the database many questions of one kind in one statement, where they come faster than it answers.
///
/// Nobody waits for others to come. A question that finds no statement of its tenant under way is asked at once. Those that
/// come meanwhile are asked together when that one has been answered, so that the more is asked, the less each costs. None
/// joins a statement that has begun: an answer holds whatever was committed before its question was put.
///
/// A tenant has one statement under way at a time, however much its clients ask: the others keep their connections.
final class Gathering<Question: Sendable, Answer: Sendable>: Sendable {
    /// Asks the questions of one tenant and answers in their order; nil where the statement says nothing of a question.
    typealias Statement =
        @Sendable (_ questions: [Question], _ tenant: UUID) async throws(PostgresError) -> [Answer?]

    /// Asks the questions of one tenant, and then those that `next` gives when it is told of the answers; nil ends it.
    typealias Series =
        @Sendable (
            _ first: [Question], _ tenant: UUID,
            _ next: @Sendable (Result<[Answer?], PostgresError>) -> [Question]?
        ) async -> Void

    /// Surrounds the wait for a statement that answers several.
    typealias Wait =
        @Sendable (_ wait: () async throws(PostgresError) -> Answer?) async throws(PostgresError) -> Answer?

    /// The most questions of one statement.
    static var maximumQuestions: Int { 64 }
    /// The most questions of one tenant that wait: as many statements of one may wait for a connection (`PoolConfiguration`).
    static var maximumWaiting: Int { 512 }

    private enum Reply: Sendable {
        /// The line has ended meanwhile: this question begins the next.
        case yourTurn
        case answered(Answer?)
        case failed(PostgresError)
        /// One question of the statement is at fault, and nobody knows which: each is asked by itself.
        case askAlone
    }

    private struct Waiting: Sendable {
        let question: Question
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<Reply, Never>
    }

    private let longestWait: Duration
    private let mayRepeat: Bool
    private let ask: Statement
    private let series: Series
    private let wait: Wait
    private let onWait: @Sendable (Duration) -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    /// By tenant; a line is here while a statement of its tenant is under way.
    private let lines = Mutex<[UUID: Line]>([:])

    private struct Line {
        var waiting: [Waiting] = []
        let statementBegan: ContinuousClock.Instant
    }

    /// - Parameters:
    ///   - longestWait: Who has waited for longer when a statement ends is refused, as who waits for a connection. A statement that
    ///     takes longer than half of it is waited for by nobody who comes later: those ask by themselves.
    ///   - mayRepeat: Whether a statement whose answer can't be read may be put again. It has taken effect.
    ///   - onWait: Told how long each question waited until its statement was sent.
    init(
        longestWait: Duration = .seconds(2), mayRepeat: Bool, _ ask: @escaping Statement, series: @escaping Series,
        wait: @escaping Wait = { wait throws(PostgresError) in try await wait() },
        onWait: @escaping @Sendable (Duration) -> Void = { _ in },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.longestWait = longestWait
        self.mayRepeat = mayRepeat
        self.ask = ask
        self.series = series
        self.wait = wait
        self.onWait = onWait
        self.now = now
    }

    /// The answer to one question; nil where there is none. Throws what its statement throws, and `tooManyWaiting`.
    nonisolated(nonsending) func answer(_ question: Question, in tenant: UUID) async throws(PostgresError) -> Answer? {
        switch place(in: tenant) {
        case .first: return try await lead(question, tenant)
        case .stalled: return try await ask([question], tenant)[0]
        case .behind: break
        }
        return try await wait { () async throws(PostgresError) in
            let reply = await withCheckedContinuation {
                join(Waiting(question: question, since: now(), continuation: $0), tenant)
            }
            switch reply {
            case .yourTurn: return try await lead(question, tenant)
            case .answered(let answer): return answer
            case .failed(let error): throw error
            case .askAlone: return try await ask([question], tenant)[0]
            }
        }
    }

    /// How many questions about a tenant wait for a statement.
    func waiting(in tenant: UUID) -> Int {
        lines.withLock { $0[tenant]?.waiting.count ?? 0 }
    }

    private enum Place { case first, behind, stalled }

    private func place(in tenant: UUID) -> Place {
        lines.withLock { lines in
            guard let line = lines[tenant] else {
                lines[tenant] = Line(statementBegan: now())
                return .first
            }
            return now() - line.statementBegan > longestWait / 2 ? .stalled : .behind
        }
    }

    nonisolated(nonsending) private func lead(
        _ question: Question, _ tenant: UUID
    ) async throws(PostgresError) -> Answer? {
        do throws(PostgresError) {
            let answers = try await ask([question], tenant)
            serve(tenant)
            return answers[0]
        } catch {
            if error.reach == .everybody { refuse(tenant, error) } else { serve(tenant) }
            throw error
        }
    }

    private func join(_ newcomer: Waiting, _ tenant: UUID) {
        let reply: Reply? = lines.withLock { lines in
            guard let waiting = lines[tenant]?.waiting.count else {
                lines[tenant] = Line(statementBegan: now())
                return .yourTurn
            }
            guard waiting < Self.maximumWaiting else { return .failed(.tooManyWaiting) }
            lines[tenant]?.waiting.append(newcomer)
            return nil
        }
        if let reply { newcomer.continuation.resume(returning: reply) }
    }

    /// Asks for those who wait, in a task of nobody's: that one client goes away must not cost the others their answers.
    private func serve(_ tenant: UUID) {
        guard let first = next(tenant) else { return }
        let asked = Asked(first)
        Task.detached { [self] in
            await series(first.map(\.question), tenant) { outcome in
                guard reply(to: asked.waiting, outcome, tenant), let more = next(tenant) else { return nil }
                asked.waiting = more
                return more.map(\.question)
            }
        }
    }

    /// Whose questions are being asked, in a line.
    private final class Asked: Sendable {
        private let state: Mutex<[Waiting]>

        init(_ waiting: [Waiting]) {
            state = Mutex(waiting)
        }

        var waiting: [Waiting] {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    /// Those to be asked next, in the order in which they came; nil, and the line ends, where nobody waits.
    private func next(_ tenant: UUID) -> [Waiting]? {
        let now = self.now()
        let (overdue, next) = lines.withLock { lines in
            let waiting = lines[tenant]?.waiting ?? []
            let overdue = waiting.prefix { now - $0.since > longestWait }
            let next = waiting[overdue.endIndex...].prefix(Self.maximumQuestions)
            lines[tenant] = next.isEmpty ? nil : Line(waiting: Array(waiting[next.endIndex...]), statementBegan: now)
            return (overdue, next)
        }
        for one in overdue {
            onWait(now - one.since)
            one.continuation.resume(returning: .failed(.timeout(.waitingForConnection)))
        }
        for one in next { onWait(now - one.since) }
        return next.isEmpty ? nil : Array(next)
    }

    /// False where the outcome concerns whoever waits, too: the line has ended then.
    private func reply(
        to waiting: [Waiting], _ outcome: Result<[Answer?], PostgresError>, _ tenant: UUID
    ) -> Bool {
        switch outcome {
        case .success(let answers):
            for (one, answer) in zip(waiting, answers) { one.continuation.resume(returning: .answered(answer)) }
        case .failure(let error):
            let mayAskAlone = error.reach == .aQuestion && (mayRepeat || !error.hasTakenEffect)
            let reply: Reply = mayAskAlone && waiting.count > 1 ? .askAlone : .failed(error)
            for one in waiting { one.continuation.resume(returning: reply) }
            if error.reach == .everybody {
                refuse(tenant, error)
                return false
            }
        }
        return true
    }

    /// Ends the line with an error: the database has kept those who wait waiting for as long as one may, and is no better for the
    /// next.
    private func refuse(_ tenant: UUID, _ error: PostgresError) {
        let waiting = lines.withLock { $0.removeValue(forKey: tenant)?.waiting } ?? []
        for one in waiting { one.continuation.resume(returning: .failed(error)) }
    }
}

extension PostgresError {
    fileprivate enum Reach {
        /// One of the questions may be at fault.
        case aQuestion
        /// Who asked, or the connection: another statement may fare better.
        case theStatement
        /// The database: the next statement would fare no better.
        case everybody
    }

    fileprivate var reach: Reach {
        switch self {
        case .server, .decoding, .encoding: .aQuestion
        case .cancelled, .commitUnconfirmed, .connectionLost, .timeout(.statement), .transactionInProgress:
            .theStatement
        case .connect, .timeout, .tooManyWaiting, .closed: .everybody
        }
    }

    fileprivate var hasTakenEffect: Bool {
        if case .decoding = self { true } else { false }
    }
}
