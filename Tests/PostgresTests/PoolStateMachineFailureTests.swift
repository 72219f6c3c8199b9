import Testing

@testable import Postgres

@Suite("Pool state machine whose attempts to connect fail", .timeLimit(.minutes(2)))
struct PoolStateMachineFailureTests {
    private let start = ContinuousClock.now
    private let failure = PostgresError.connect(reason: "nobody home")

    private func machine(size: Int) -> PoolStateMachine<Int> { .patient(size: size) }

    @Test("when the server is away everybody who waits hears it at once, and the next attempt waits")
    func away() {
        var machine = machine(size: 3)
        _ = machine.request(by: 1, now: start)
        _ = machine.request(by: 2, now: start)
        #expect(machine.openingFailed(failure) == [], "another attempt is under way")
        #expect(
            machine.openingFailed(failure) == [.refuse(waiter: 1, failure), .refuse(waiter: 2, failure)])
        guard case .waits(let actions) = machine.request(by: 3, now: start) else {
            Issue.record("it must wait")
            return
        }
        #expect(actions.first == .open(after: .seconds(1)), "both attempts were made together")
    }

    @Test(
        "after a failure one attempt is made at a time, and waits double up to the longest, from one wave of attempts on"
    )
    func backoff() {
        var machine = machine(size: 4)
        var waits: [Duration] = []
        for round in 0..<6 {
            for waiter in 0..<3 {
                guard case .waits(let actions) = machine.request(by: UInt64(round * 10 + waiter), now: start) else {
                    continue
                }
                for case .open(let wait) in actions { waits.append(wait) }
            }
            while machine.status.connecting > 0 { _ = machine.openingFailed(failure) }
        }
        #expect(waits == [.zero, .zero, .zero, .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8)])
    }

    @Test("when an attempt succeeds after failures, the rest of those who wait get connections too")
    func recovery() {
        var machine = machine(size: 3)
        _ = machine.request(by: 1, now: start)
        _ = machine.openingFailed(failure)
        for waiter in 2...4 { _ = machine.request(by: UInt64(waiter), now: start) }
        #expect(machine.status.connecting == 1)
        #expect(
            machine.opened(10) == [.lend(10, to: 2), .open(after: .zero), .open(after: .zero)])
    }

    @Test("a failed attempt doesn't refuse those whom a living connection will serve")
    func partlyAlive() {
        var machine = machine(size: 2)
        _ = machine.request(by: 1, now: start)
        _ = machine.opened(10)
        _ = machine.request(by: 2, now: start)
        #expect(machine.openingFailed(failure) == [.open(after: .seconds(1))])
        #expect(machine.takeBack(10, isUsable: true) == [.lend(10, to: 2)])
    }

    @Test("jitter takes up to half of a wait away")
    func jitter() {
        let backoff = Backoff(first: .milliseconds(100), longest: .seconds(2))
        #expect(backoff.wait(afterFailures: 0, jitter: 1) == .zero)
        #expect(backoff.wait(afterFailures: 1, jitter: 0) == .milliseconds(50))
        #expect(backoff.wait(afterFailures: 1, jitter: 1) == .milliseconds(100))
        #expect(backoff.wait(afterFailures: 2, jitter: 1) == .milliseconds(200))
        #expect(backoff.wait(afterFailures: 1_000_000, jitter: 1) == .seconds(2))
    }
}
