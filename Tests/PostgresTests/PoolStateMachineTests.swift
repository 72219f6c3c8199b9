import Testing

@testable import Postgres

/// Whom it lends what it has, and in which order.
@Suite("Pool state machine", .timeLimit(.minutes(2)))
struct PoolStateMachineTests {
    private let start = ContinuousClock.now

    private func machine(size: Int, maximumWaiters: Int = 100) -> PoolStateMachine<Int> {
        .patient(size: size, maximumWaiters: maximumWaiters)
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
}
