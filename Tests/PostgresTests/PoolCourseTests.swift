import Testing

@testable import Postgres

/// What holds of a pool after whatever has happened, in whatever order.
@Suite("Courses of a pool", .timeLimit(.minutes(2)))
struct PoolCourseTests {
    @Test(
        "after any course of events no party has more than its share, nobody waits in vain, and each got their turn",
        arguments: [1, 2, 3, 4, 8])
    func courses(size: Int) {
        for seed in 0..<300 as Range<UInt64> {
            var course = Course(size: size, seed: seed)
            for _ in 0..<200 {
                course.step()
                guard course.complaint == nil else { break }
            }
            #expect(course.complaint == nil, "seed \(seed)")
        }
    }
}

/// A pool's state machine, driven at random, and what is known of it from outside.
private struct Course {
    private struct Asking {
        let waiter: UInt64
        let party: Int?
    }

    private let start = ContinuousClock.now
    private let limit: Int
    private let size: Int
    private var random: UInt64
    private var machine: PoolStateMachine<Int>
    private var waiting: [Asking] = []
    private var lent: [(link: Int, party: Int?)] = []
    private var opening = 0
    private var last = 0
    private(set) var complaint: String?

    init(size: Int, seed: UInt64) {
        self.size = size
        limit = PoolShares(size: size).limit
        random = seed &* 2_654_435_761 &+ 1
        machine = PoolStateMachine(
            size: size, waitDeadline: .seconds(5), maximumWaiters: 1000, backoff: Backoff(), jitter: { 1 })
    }

    mutating func step() {
        switch next(below: 10) {
        case 0...3: ask(for: [nil, 1, 1, 1, 2, 3][next(below: 6)])
        case 4...7 where !lent.isEmpty: comeBack(lent.remove(at: next(below: lent.count)).link)
        case 8 where opening > 0: finishOpening()
        case 9 where !waiting.isEmpty:
            let one = waiting.remove(at: next(below: waiting.count))
            if !machine.withdraw(waiter: one.waiter) { complaint = "somebody waited who had been answered" }
        default: break
        }
        check()
    }

    private mutating func ask(for party: Int?) {
        last += 1
        switch machine.request(by: UInt64(last), for: party, now: start) {
        case .lent(let link): lent.append((link, party))
        case .waits(let actions):
            waiting.append(Asking(waiter: UInt64(last), party: party))
            take(actions)
        case .refused: complaint = "refused"
        }
    }

    private mutating func comeBack(_ link: Int) {
        take(machine.takeBack(link, isUsable: next(below: 5) > 0))
    }

    private mutating func finishOpening() {
        opening -= 1
        guard next(below: 4) > 0 else { return take(machine.openingFailed(.connect(reason: "nobody home"))) }
        last += 1
        take(machine.opened(last))
    }

    private mutating func take(_ actions: [PoolStateMachine<Int>.Action]) {
        for action in actions {
            switch action {
            case .lend(let link, let waiter):
                let isFirst = waiting.first { held(by: $0.party) < limit || $0.party == nil }?.waiter == waiter
                if !isFirst { complaint = "out of turn" }
                guard let index = waiting.firstIndex(where: { $0.waiter == waiter }) else { continue }
                lent.append((link, waiting.remove(at: index).party))
            case .refuse(let waiter, _): waiting.removeAll { $0.waiter == waiter }
            case .open: opening += 1
            case .close, .wake: break
            }
        }
    }

    private mutating func check() {
        let status = machine.status
        if [1, 2, 3].contains(where: { held(by: $0) > limit }) { complaint = "more than a share" }
        if status.busy != lent.count || status.waiting != waiting.count || status.connecting != opening {
            complaint = "miscounted"
        }
        if status.busy + status.idle + status.connecting > size { complaint = "more than the size" }
        let mayBeServed = waiting.contains { $0.party == nil || held(by: $0.party) < limit }
        let hasRoom = status.busy + status.connecting < size
        if mayBeServed, status.idle > 0 || (hasRoom && opening == 0) { complaint = "somebody waits in vain" }
    }

    private func held(by party: Int?) -> Int { lent.count { $0.party == party } }

    private mutating func next(below bound: Int) -> Int {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((random >> 33) % UInt64(bound))
    }
}
