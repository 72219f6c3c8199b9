import Testing

@testable import Postgres

@Suite("Pool state machine", .timeLimit(.minutes(2)))
struct PoolStateMachineTests {
    private typealias Machine = PoolStateMachine<Int>

    private let start = ContinuousClock.now
    private let failure = PostgresError.connect(reason: "nobody home")

    private func machine(size: Int, maximumWaiters: Int = 100) -> Machine {
        Machine(
            size: size, waitDeadline: .seconds(5), maximumWaiters: maximumWaiters,
            backoff: Backoff(first: .seconds(1), longest: .seconds(8)),
            jitter: { 1 })
    }

    @Test("the first request opens a connection and gets it")
    func first() {
        var machine = machine(size: 2)
        #expect(
            machine.request(by: 1, now: start)
                == .waits([.open(after: .zero), .wake(at: start + .seconds(5))]))
        #expect(machine.opened(10) == [.lend(10, to: 1)])
        #expect(machine.status == PoolStatus(size: 2, busy: 1, idle: 0, connecting: 0, waiting: 0))
    }

    @Test("no more connections are opened than the size, nor than are waited for")
    func bounded() {
        var machine = machine(size: 2)
        var opened = 0
        for waiter in 1...5 {
            guard case .waits(let actions) = machine.request(by: UInt64(waiter), now: start) else { continue }
            opened += actions.filter { $0 == .open(after: .zero) }.count
        }
        #expect(opened == 2)
        #expect(machine.status.connecting == 2)
    }

    @Test("those who wait are served in the order of their arrival, before anybody new")
    func fair() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start)
        _ = machine.opened(10)
        for waiter in 2...4 { _ = machine.request(by: UInt64(waiter), now: start) }
        #expect(machine.lendAtOnce() == nil)
        for waiter in 2...4 {
            #expect(machine.takeBack(10, isUsable: true) == [.lend(10, to: UInt64(waiter))])
        }
        #expect(machine.takeBack(10, isUsable: true) == [])
        #expect(machine.lendAtOnce() == 10)
    }

    @Test("beyond the number that may wait everybody is refused, until one of them is served")
    func crowded() {
        var machine = machine(size: 1, maximumWaiters: 2)
        for waiter in 1...2 { _ = machine.request(by: UInt64(waiter), now: start) }
        #expect(machine.request(by: 3, now: start) == .refused(.tooManyWaiting))
        #expect(machine.status.waiting == 2)
        _ = machine.opened(10)
        #expect(machine.request(by: 4, now: start) == .waits([]))
        #expect(machine.request(by: 5, now: start) == .refused(.tooManyWaiting))
    }

    @Test("one party takes at most half of the room there is for waiting, and gets it back as it is served")
    func shared() {
        var machine = machine(size: 1, maximumWaiters: 4)
        _ = machine.request(by: 1, now: start)
        _ = machine.opened(10)
        func letIn(_ waiters: ClosedRange<UInt64>, for party: Int, always: Bool = false) -> Int {
            waiters.count { waiter in
                machine.request(by: waiter, for: party, always: always, now: start) != .refused(.tooManyWaiting)
            }
        }
        let crowd = letIn(2...4, for: 7)
        let other = letIn(5...5, for: 8)
        let lent = machine.takeBack(10, isUsable: true)
        let afterOneWasServed = letIn(6...7, for: 7)
        let isWithdrawn = machine.withdraw(waiter: 6)
        let afterOneWithdrew = letIn(8...8, for: 7)
        let last = letIn(9...10, for: 9)
        let urgent = letIn(11...11, for: 9, always: true)
        #expect((crowd, other) == (2, 1))
        #expect(lent == [.lend(10, to: 2)])
        #expect(afterOneWasServed == 1)
        #expect(isWithdrawn)
        #expect((afterOneWithdrew, last, urgent) == (1, 1, 1))
    }

    @Test("the connection used last is lent first")
    func warmest() {
        var machine = machine(size: 2)
        _ = machine.request(by: 1, now: start)
        _ = machine.request(by: 2, now: start)
        _ = machine.opened(10)
        _ = machine.opened(11)
        _ = machine.takeBack(11, isUsable: true)
        _ = machine.takeBack(10, isUsable: true)
        #expect(machine.lendAtOnce() == 10)
        #expect(machine.lendAtOnce() == 11)
    }

    @Test("who waits past the deadline is refused, who came later still waits")
    func overdue() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start)
        _ = machine.request(by: 2, now: start + .seconds(2))
        #expect(
            machine.timePassed(woken: start + .seconds(5), now: start + .seconds(5))
                == [.refuse(waiter: 1, .timeout(.waitingForConnection)), .wake(at: start + .seconds(7))])
        #expect(machine.status.waiting == 1)
        #expect(machine.opened(10) == [.lend(10, to: 2)])
        #expect(machine.timePassed(woken: start + .seconds(7), now: start + .seconds(7)) == [])
    }

    @Test("a timer that goes off early counts as one that is due, since it goes off once")
    func earlyTimer() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start)
        _ = machine.request(by: 2, now: start + .seconds(2))
        let early = machine.timePassed(woken: start + .seconds(5), now: start + .seconds(4))
        #expect(early == [.refuse(waiter: 1, .timeout(.waitingForConnection)), .wake(at: start + .seconds(7))])
    }

    @Test("who withdraws is passed over, and only once")
    func withdrawn() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start)
        _ = machine.request(by: 2, now: start)
        #expect(machine.withdraw(waiter: 1) == true)
        #expect(machine.withdraw(waiter: 1) == false)
        #expect(machine.opened(10) == [.lend(10, to: 2)])
        #expect(machine.withdraw(waiter: 2) == false, "it has been served")
    }

    @Test("a connection nobody waits for any more is kept")
    func unwanted() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start)
        _ = machine.withdraw(waiter: 1)
        #expect(machine.opened(10) == [])
        #expect(machine.status.idle == 1)
    }

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

    @Test("a spent connection is replaced when somebody waits")
    func replaced() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start)
        _ = machine.opened(10)
        _ = machine.request(by: 2, now: start)
        #expect(machine.takeBack(10, isUsable: false) == [.close(10), .open(after: .zero)])
        #expect(machine.takeBack(10, isUsable: false) == [], "a connection comes back once")
    }

    @Test("a connection left without an answer takes along those that have been idle since before it was lent")
    func silent() {
        var machine = machine(size: 3)
        for waiter in 1...3 as ClosedRange<UInt64> { _ = machine.request(by: waiter, now: start) }
        for link in 10...12 { _ = machine.opened(link) }
        for link in 10...12 { _ = machine.takeBack(link, isUsable: true) }
        #expect(machine.lendAtOnce() == 12)
        #expect(machine.lendAtOnce() == 11)
        #expect(machine.takeBack(11, isUsable: true) == [], "it has answered meanwhile")
        #expect(machine.takeBack(12, isUsable: false, isSilent: true) == [.close(12), .close(10)])
        #expect(machine.status == PoolStatus(size: 3, busy: 0, idle: 1, connecting: 0, waiting: 0))
        #expect(machine.lendAtOnce() == 11)
    }

    @Test("one whose server takes no writes any more takes along all that were open by then")
    func replacedServer() {
        var machine = machine(size: 4)
        for waiter in 1...4 as ClosedRange<UInt64> { _ = machine.request(by: waiter, now: start) }
        for link in 10...13 { _ = machine.opened(link) }
        for link in 10...11 { _ = machine.takeBack(link, isUsable: true) }
        let loss = machine.takeBack(12, isUsable: false, hasLeftReadOnlyServer: true)
        #expect(loss == [.close(12), .close(10), .close(11)])
        _ = machine.request(by: 5, now: start)
        #expect(machine.opened(14) == [.lend(14, to: 5)])
        #expect(machine.takeBack(14, isUsable: true) == [])
        let second = machine.takeBack(13, isUsable: false, hasLeftReadOnlyServer: true)
        #expect(second == [.close(13)], "14 was opened since")
        #expect(machine.lendAtOnce() == 14)
    }

    @Test("what was lent, or being opened, when all were given up is used no more, and replaced when somebody waits")
    func givenUp() {
        var machine = machine(size: 2)
        _ = machine.request(by: 1, now: start)
        _ = machine.opened(10)
        _ = machine.request(by: 2, now: start)
        let before = machine.generation
        #expect(machine.giveUpAll() == [])
        #expect(machine.isGivenUp(10))
        #expect(machine.opened(11, begunIn: before) == [.close(11), .open(after: .zero)])
        #expect(machine.takeBack(10, isUsable: true) == [.close(10)], "one is being opened for the one who waits")
        let since = machine.generation
        #expect(machine.opened(12, begunIn: since) == [.lend(12, to: 2)])
        #expect(machine.takeBack(12, isUsable: true) == [])
        #expect(machine.giveUpAll() == [.close(12)])
        #expect(machine.status == PoolStatus(size: 2, busy: 0, idle: 0, connecting: 0, waiting: 0))
    }

    @Test("who has lost a connection waits until the deadline there was, and before those who came later")
    func waitsOn() {
        var machine = machine(size: 1)
        _ = machine.request(by: 1, now: start + .seconds(1))
        let lease = machine.request(by: 2, since: start, now: start + .seconds(2))
        #expect(lease == .waits([.wake(at: start + .seconds(5))]))
        _ = machine.request(by: 3, now: start + .seconds(3))
        let later = machine.request(by: 4, since: start + .seconds(2), now: start + .seconds(4))
        #expect(later == .waits([]), "there is an earlier timer")
        #expect(
            machine.timePassed(woken: start + .seconds(5), now: start + .seconds(5))
                == [.refuse(waiter: 2, .timeout(.waitingForConnection)), .wake(at: start + .seconds(6))])
        #expect(machine.opened(10) == [.lend(10, to: 1)])
        #expect(machine.takeBack(10, isUsable: true) == [.lend(10, to: 4)])
        #expect(machine.takeBack(10, isUsable: true) == [.lend(10, to: 3)])
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

    @Test("closing refuses everybody and closes what is idle now and what comes back later")
    func closing() {
        var machine = machine(size: 2)
        _ = machine.request(by: 1, now: start)
        _ = machine.request(by: 2, now: start)
        _ = machine.opened(10)
        _ = machine.opened(11)
        _ = machine.takeBack(11, isUsable: true)
        #expect(machine.close() == [.close(11)])
        #expect(machine.request(by: 3, now: start) == .refused(.closed))
        #expect(machine.takeBack(10, isUsable: true) == [.close(10)])
        #expect(machine.status == PoolStatus(size: 2, busy: 0, idle: 0, connecting: 0, waiting: 0))
    }

    @Test("a long queue with gaps keeps its order")
    func longQueue() {
        var queue = WaiterQueue()
        for id in 0..<1000 { queue.insert(Waiter(id: UInt64(id), party: nil, deadline: start)) }
        for id in stride(from: 0, to: 1000, by: 2) { #expect(queue.remove(UInt64(id)) == true) }
        var served: [UInt64] = []
        while let waiter = queue.popFirst() { served.append(waiter.id) }
        #expect(served == Array(stride(from: 1, to: 1000, by: 2)))
        #expect(queue.isEmpty)
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
