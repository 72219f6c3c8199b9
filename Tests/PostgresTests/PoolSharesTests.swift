import Testing

@testable import Postgres

@Suite("Shares of a pool", .timeLimit(.minutes(1)))
struct PoolSharesTests {
    private typealias Machine = PoolStateMachine<Int>

    private let start = ContinuousClock.now
    private let shop = 7
    private let blog = 8

    private func machine(size: Int) -> Machine {
        Machine(size: size, waitDeadline: .seconds(5), maximumWaiters: 100, backoff: Backoff(), jitter: { 1 })
    }

    /// A pool whose connections are all open and idle; they are numbered from 1.
    private func openMachine(size: Int) -> Machine {
        var machine = machine(size: size)
        for waiter in 1...size { _ = machine.request(by: UInt64(waiter), now: start) }
        for link in 1...size { _ = machine.opened(link) }
        for link in (1...size).reversed() { _ = machine.takeBack(link, isUsable: true) }
        return machine
    }

    @Test(
        "a quarter, and at least one, is for others as soon as there is more than one",
        arguments: [
            (1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (7, 6), (8, 6), (10, 8), (16, 12), (64, 48),
        ])
    func limits(size: Int, limit: Int) {
        #expect(PoolShares(size: size).limit == limit)
    }

    @Test("who is named is a party, else whom the first setting tells")
    func parties() {
        let (shop, blog) = ([LocalSetting("app.tenant", "shop")], [LocalSetting("app.tenant", "blog")])
        let named = Errand(settings: [], party: "look-ups").party
        #expect(named != nil && named == Errand(settings: shop, party: "look-ups").party)
        #expect(named != Errand(settings: [], party: "others").party)
        #expect(Errand(settings: shop).party == Errand(settings: shop + blog).party)
        #expect(Errand(settings: shop).party != Errand(settings: blog).party)
        #expect(Errand(settings: []).party == nil)
    }

    @Test("one party holds no more than its share, and others find a connection at once")
    func leavesOthersTheirs() {
        var machine = openMachine(size: 8)
        let lent = (1...20).compactMap { waiter in
            if case .lent(let link) = machine.request(by: UInt64(waiter), for: shop, now: start) { link } else { nil }
        }
        #expect(lent.count == 6)
        #expect(machine.status == PoolStatus(size: 8, busy: 6, idle: 2, connecting: 0, waiting: 14))
        let others = [machine.request(by: 21, for: blog, now: start), machine.request(by: 22, now: start)]
        #expect(others == [.lent(7), .lent(8)])
        #expect(machine.takeBack(1, isUsable: true) == [.lend(1, to: 7)], "the first of those who waited for a share")
    }

    @Test("those of a party that holds its share are passed over, the others keep their order")
    func order() {
        var machine = openMachine(size: 4)
        for waiter in 1...3 { _ = machine.request(by: UInt64(waiter), for: shop, now: start) }
        _ = machine.request(by: 4, now: start)
        for (waiter, party) in [(5, shop), (6, shop), (7, blog), (8, nil), (9, blog)] as [(UInt64, Int?)] {
            #expect(machine.request(by: waiter, for: party, now: start) == .waits([]))
        }
        #expect(machine.takeBack(4, isUsable: true) == [.lend(4, to: 7)])
        #expect(machine.takeBack(4, isUsable: true) == [.lend(4, to: 8)])
        #expect(machine.takeBack(1, isUsable: true) == [.lend(1, to: 5)], "first in the line, and its share has room")
        #expect(machine.takeBack(4, isUsable: true) == [.lend(4, to: 9)])
        #expect(machine.takeBack(4, isUsable: true) == [])
        #expect(machine.status == PoolStatus(size: 4, busy: 3, idle: 1, connecting: 0, waiting: 1))
    }

    @Test("who waits for a share gets an idle connection when one of the party's is spent")
    func spent() {
        var machine = openMachine(size: 2)
        _ = machine.request(by: 1, for: shop, now: start)
        _ = machine.request(by: 2, for: shop, now: start)
        #expect(machine.status.idle == 1)
        #expect(machine.takeBack(1, isUsable: false) == [.close(1), .lend(2, to: 2)])
    }

    @Test("no connection is opened for who waits for a share, but for whoever comes then")
    func opensNone() {
        var machine = machine(size: 4)
        for waiter in 1...3 {
            _ = machine.request(by: UInt64(waiter), for: shop, now: start)
            _ = machine.opened(waiter)
        }
        #expect(machine.request(by: 4, for: shop, now: start) == .waits([]))
        #expect(machine.status.connecting == 0)
        #expect(machine.request(by: 5, for: blog, now: start) == .waits([.open(after: .zero)]))
        #expect(machine.opened(4) == [.lend(4, to: 5)])
    }

    @Test("a connection is wanted back only where somebody waits who would get it")
    func wanted() {
        var machine = openMachine(size: 4)
        for waiter in 1...3 { _ = machine.request(by: UInt64(waiter), for: shop, now: start) }
        _ = machine.request(by: 4, for: shop, now: start)
        #expect(machine.isWanted(from: shop))
        #expect(!machine.isWanted(from: blog) && !machine.isWanted(from: nil))
        _ = machine.request(by: 5, for: blog, now: start)
        _ = machine.request(by: 6, for: blog, now: start)
        #expect(machine.isWanted(from: shop) && machine.isWanted(from: blog) && machine.isWanted(from: nil))
    }

    @Test("a pool of one serves everybody in order")
    func one() {
        var machine = openMachine(size: 1)
        #expect(machine.request(by: 1, for: shop, now: start) == .lent(1))
        for (waiter, party) in [(2, shop), (3, blog), (4, nil)] as [(UInt64, Int?)] {
            _ = machine.request(by: waiter, for: party, now: start)
        }
        for waiter in 2...4 { #expect(machine.takeBack(1, isUsable: true) == [.lend(1, to: UInt64(waiter))]) }
        #expect(machine.takeBack(1, isUsable: true) == [])
    }

    @Test("gaps that are left in a long queue close, and the order stays")
    func gaps() {
        var queue = WaiterQueue()
        for id in 0..<1000 as Range<UInt64> {
            queue.insert(Waiter(id: id, party: id % 4 == 0 ? shop : blog, deadline: start))
        }
        for id in 0..<1000 as Range<UInt64> where id % 4 != 0 {
            #expect(queue.popFirst(passingOver: [shop])?.id == id)
        }
        #expect(queue.popFirst(passingOver: [shop]) == nil)
        #expect(queue.count == 250)
        for id in stride(from: 0, to: 1000, by: 4) { #expect(queue.popFirst(passingOver: [blog])?.id == UInt64(id)) }
        #expect(queue.isEmpty)
    }
}
