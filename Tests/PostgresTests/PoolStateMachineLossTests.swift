import Testing

@testable import Postgres

@Suite("Pool state machine that loses connections, gives them up or is closed", .timeLimit(.minutes(2)))
struct PoolStateMachineLossTests {
    private let start = ContinuousClock.now

    private func machine(size: Int) -> PoolStateMachine<Int> { .patient(size: size) }

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
}
