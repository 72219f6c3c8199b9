import Testing

import struct FoundationEssentials.UUID

@testable import Gatehouse

@Suite("The queue of hash jobs")
struct HashQueueTests {
    private let flooded = UUID()
    private let quiet = UUID()
    private let third = UUID()

    private func drained(_ queue: inout HashQueue<String>) -> [String] {
        var jobs: [String] = []
        while let job = queue.next() { jobs.append(job) }
        return jobs
    }

    private func isRefused(_ admission: HashQueue<String>.Admission) -> Bool {
        if case .refused = admission { true } else { false }
    }

    private func displaced(_ admission: HashQueue<String>.Admission) -> String? {
        if case .admitted(_, let displaced) = admission { displaced } else { nil }
    }

    @Test("Tenants take turns, and each tenant's jobs keep their order")
    func turns() {
        var queue = HashQueue<String>(limit: 10)
        for job in ["a1", "a2", "a3"] { _ = queue.admit(job, for: flooded) }
        for job in ["b1", "b2"] { _ = queue.admit(job, for: quiet) }
        _ = queue.admit("c1", for: third)
        #expect(queue.count == 6)
        #expect(drained(&queue) == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(queue.count == 0)
    }

    @Test("A tenant that comes back waits behind those that are already there")
    func comingBack() {
        var queue = HashQueue<String>(limit: 10)
        for job in ["a1", "a2"] { _ = queue.admit(job, for: flooded) }
        _ = queue.admit("b1", for: quiet)
        #expect(queue.next() == "a1")
        #expect(queue.next() == "b1")
        _ = queue.admit("b2", for: quiet)
        #expect(drained(&queue) == ["a2", "b2"])
    }

    @Test("One tenant may use the whole queue, and is refused beyond it")
    func limit() {
        var queue = HashQueue<String>(limit: 2)
        #expect(displaced(queue.admit("a1", for: flooded)) == nil)
        #expect(displaced(queue.admit("a2", for: flooded)) == nil)
        #expect(isRefused(queue.admit("a3", for: flooded)))
        #expect(drained(&queue) == ["a1", "a2"])
    }

    @Test("In a full queue another tenant takes the place of the flood's newest job")
    func displacement() {
        var queue = HashQueue<String>(limit: 4)
        for job in ["a1", "a2", "a3", "a4"] { _ = queue.admit(job, for: flooded) }
        #expect(displaced(queue.admit("b1", for: quiet)) == "a4")
        #expect(displaced(queue.admit("b2", for: quiet)) == "a3")
        #expect(isRefused(queue.admit("b3", for: quiet)))
        #expect(isRefused(queue.admit("a5", for: flooded)))
        #expect(queue.count == 4)
        #expect(drained(&queue) == ["a1", "b1", "a2", "b2"])
    }

    @Test("Where every tenant has one job, a newcomer is refused")
    func noUnfairDisplacement() {
        var queue = HashQueue<String>(limit: 2)
        _ = queue.admit("a1", for: flooded)
        _ = queue.admit("b1", for: quiet)
        #expect(isRefused(queue.admit("c1", for: third)))
    }

    @Test("A withdrawn job leaves the queue and makes room; withdrawing it again finds nothing")
    func withdrawal() throws {
        var queue = HashQueue<String>(limit: 2)
        guard case .admitted(let ticket, _) = queue.admit("a1", for: flooded) else {
            Issue.record("The first job was refused.")
            return
        }
        _ = queue.admit("b1", for: quiet)
        #expect(queue.withdraw(ticket) == "a1")
        #expect(queue.withdraw(ticket) == nil)
        #expect(queue.count == 1)
        #expect(!isRefused(queue.admit("c1", for: third)))
        #expect(drained(&queue) == ["b1", "c1"])
    }

    @Test("A job that has been taken can't be withdrawn")
    func lateWithdrawal() {
        var queue = HashQueue<String>(limit: 2)
        guard case .admitted(let ticket, _) = queue.admit("a1", for: flooded) else {
            Issue.record("The first job was refused.")
            return
        }
        #expect(queue.next() == "a1")
        _ = queue.admit("a2", for: flooded)
        #expect(queue.withdraw(ticket) == nil)
        #expect(queue.count == 1)
    }

    @Test(
        "Any mix of calls serves or hands back every job exactly once and keeps the bound", arguments: 0..<8)
    func bookkeeping(seed: UInt64) {
        var queue = HashQueue<Int>(limit: 8)
        let tenants = (0..<4).map { _ in UUID() }
        var generator = SplitMix64(seed: seed)
        var tickets: [HashQueue<Int>.Ticket] = []
        var ended: [Int] = []
        for job in 0..<5000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: ended += [queue.next()].compactMap { $0 }
            case 1: ended += [tickets.randomElement(using: &generator).flatMap { queue.withdraw($0) }].compactMap { $0 }
            default: break
            }
            switch queue.admit(job, for: tenants[Int.random(in: 0..<4, using: &generator)]) {
            case .admitted(let ticket, let displaced):
                tickets.append(ticket)
                ended += [displaced].compactMap { $0 }
            case .refused: ended.append(job)
            }
            #expect(queue.count <= 8)
        }
        while let job = queue.next() { ended.append(job) }
        #expect(ended.sorted() == Array(0..<5000))
    }
}
