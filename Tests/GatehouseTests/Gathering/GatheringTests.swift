import FoundationEssentials
import Testing

@testable import Gatehouse
@testable import Postgres

@Suite("Questions that come while the database is at work", .timeLimit(.minutes(1))) struct GatheringTests {
    private let tenant = UUID()

    @Test("are asked together, in their order, once it has answered; what comes later waits for the next")
    func together() async throws {
        let desk = Desk()
        let gathering = desk.gathering()
        let first = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        let (others, waiting) = await desk.line(2...4, in: gathering, tenant)
        desk.answer()
        try await desk.received(2)
        let (late, _) = await desk.line(5...5, in: gathering, tenant)
        desk.answer()
        try await desk.received(3)
        desk.answer()
        #expect(waiting == 3)
        #expect(try await first.value == 10)
        #expect(try await others.answers() == [20, 30, 40])
        #expect(try await late.answers() == [50])
        #expect(desk.statements == [[1], [2, 3, 4], [5]])
        // Nothing is under way any more, so that the next is asked at once.
        let next = Task { [tenant] in try await gathering.answer(6, in: tenant) }
        try await desk.received(4)
        desk.answer()
        #expect(try await next.value == 60)
    }

    @Test("of another tenant wait for nobody")
    func tenants() async throws {
        let desk = Desk()
        let gathering = desk.gathering()
        let one = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        let other = Task { try await gathering.answer(2, in: UUID()) }
        try await desk.received(2)
        desk.answer()
        desk.answer()
        #expect(try await one.value == 10)
        #expect(try await other.value == 20)
    }

    @Test("are no more than a statement and a line may hold")
    func bounded() async throws {
        let desk = Desk()
        let gathering = desk.gathering()
        let (statement, line) = (Gathering<Int, Int>.maximumQuestions, Gathering<Int, Int>.maximumWaiting)
        let first = Task { [tenant] in try await gathering.answer(0, in: tenant) }
        try await desk.received(1)
        let (others, _) = await desk.line(1...line, in: gathering, tenant)
        await #expect(throws: PostgresError.tooManyWaiting) { try await gathering.answer(line + 1, in: tenant) }
        for statement in 1...(1 + line / statement) {
            try await desk.received(statement)
            desk.answer()
        }
        #expect(try await first.value == 0)
        #expect(try await others.answers() == (1...line).map { $0 * 10 })
        #expect(desk.statements.map(\.count) == [1] + Array(repeating: statement, count: line / statement))
    }

    @Test("are asked one by one where a statement of many is refused, as one of them may be at fault")
    func oneAtFault() async throws {
        let desk = Desk()
        let gathering = desk.gathering()
        let first = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        let (others, _) = await desk.line(2...4, in: gathering, tenant)
        desk.answer()
        try await desk.received(2)
        desk.fail(with: Self.fault)
        try await desk.received(5)
        for _ in 0..<3 { desk.answer { $0 == [3] ? .failure(Self.fault) : nil } }
        _ = try await first.value
        let results = await others.results()
        #expect(results.map { try? $0.get() } == [20, nil, 40])
        #expect(Set(desk.statements.dropFirst(2)) == [[2], [3], [4]])
    }

    @Test("hear that the database is away as soon as one has, and the next tries anew", arguments: [false, true])
    func away(isLeader: Bool) async throws {
        let desk = Desk()
        let gathering = desk.gathering()
        let first = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        if !isLeader {
            let (second, _) = await desk.line(2...2, in: gathering, tenant)
            desk.answer()
            try await desk.received(2)
            let (others, _) = await desk.line(3...4, in: gathering, tenant)
            desk.fail(with: .timeout(.connecting))
            _ = try await first.value
            let results = await second.results() + others.results()
            for result in results { #expect(throws: PostgresError.timeout(.connecting)) { try result.get() } }
        } else {
            let (others, _) = await desk.line(2...4, in: gathering, tenant)
            desk.fail(with: .timeout(.connecting))
            await #expect(throws: PostgresError.timeout(.connecting)) { try await first.value }
            for result in await others.results() {
                #expect(throws: PostgresError.timeout(.connecting)) { try result.get() }
            }
        }
        let count = desk.statements.count
        let next = Task { [tenant] in try await gathering.answer(9, in: tenant) }
        try await desk.received(count + 1)
        desk.answer()
        #expect(try await next.value == 90)
    }

    @Test("are refused when they have waited for too long, and those who came later are asked")
    func overdue() async throws {
        let desk = Desk()
        let gathering = desk.gathering(longestWait: .seconds(2))
        let first = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        let (early, _) = await desk.line(2...3, in: gathering, tenant)
        desk.answer()
        try await desk.received(2)
        let (late, _) = await desk.line(4...5, in: gathering, tenant)
        // Longer than who came late may wait.
        desk.pass(.milliseconds(2001))
        desk.answer()
        #expect(try await first.value == 10)
        #expect(try await early.answers() == [20, 30])
        for result in await late.results() {
            #expect(throws: PostgresError.timeout(.waitingForConnection)) { try result.get() }
        }
        let next = Task { [tenant] in try await gathering.answer(6, in: tenant) }
        try await desk.received(3)
        desk.answer()
        #expect(try await next.value == 60)
    }

    @Test("don't wait for a statement that takes long: each is asked by itself")
    func stalled() async throws {
        let desk = Desk()
        let gathering = desk.gathering(longestWait: .seconds(2))
        let first = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        // More than half of the longest wait.
        desk.pass(.milliseconds(1001))
        let others = (2...3).map { number in Task { [tenant] in try await gathering.answer(number, in: tenant) } }
        try await desk.received(3)
        for _ in 1...3 { desk.answer() }
        #expect(try await first.value == 10)
        for (number, other) in zip(2...3, others) { #expect(try await other.value == number * 10) }
        #expect(gathering.waiting(in: tenant) == 0)
    }

    @Test("aren't repeated where their statement has written, and only its answer can't be read")
    func unreadable() async throws {
        let desk = Desk()
        let gathering = desk.gathering(mayRepeat: false)
        let first = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        let (others, _) = await desk.line(2...3, in: gathering, tenant)
        desk.answer()
        try await desk.received(2)
        desk.fail(with: Self.fault)
        _ = try await first.value
        for result in await others.results() { #expect(throws: Self.fault) { try result.get() } }
        #expect(desk.statements == [[1], [2, 3]])
    }

    @Test("are answered though the client goes away whose statement they waited for")
    func clientGone() async throws {
        let desk = Desk()
        let gathering = desk.gathering()
        let leader = Task { [tenant] in try await gathering.answer(1, in: tenant) }
        try await desk.received(1)
        let (others, _) = await desk.line(2...3, in: gathering, tenant)
        leader.cancel()
        desk.fail(with: .cancelled)
        try await desk.received(2)
        desk.answer()
        await #expect(throws: PostgresError.cancelled) { try await leader.value }
        #expect(try await others.answers() == [20, 30])
    }

    private static let fault = PostgresError.decoding(DecodingFault(column: nil, expected: "a row", actual: "another"))
}
