struct Waiter: Equatable {
    let id: UInt64
    /// Whom it waits for; nil for nobody in particular.
    let party: Int?
    let deadline: ContinuousClock.Instant
}

/// First in, first out; all deadlines are equally far away, so the first one in is also the first one due.
struct WaiterQueue {
    private var slots: [Waiter?] = []
    private var head = 0
    private(set) var count = 0
    private var counts: [Int: Int] = [:]

    var isEmpty: Bool { count == 0 }

    var first: Waiter? {
        for slot in slots[head...] {
            if let slot { return slot }
        }
        return nil
    }

    /// How many wait for this party.
    func count(of party: Int) -> Int { counts[party] ?? 0 }

    mutating func append(_ waiter: Waiter) {
        slots.append(waiter)
        count += 1
        if let party = waiter.party { counts[party, default: 0] += 1 }
    }

    mutating func popFirst() -> Waiter? {
        while head < slots.count {
            defer { advance() }
            if let waiter = slots[head] {
                left(waiter)
                return waiter
            }
        }
        return nil
    }

    /// False when it isn't in the queue.
    mutating func remove(_ id: UInt64) -> Bool {
        guard let index = slots[head...].firstIndex(where: { $0?.id == id }), let waiter = slots[index] else {
            return false
        }
        slots[index] = nil
        left(waiter)
        return true
    }

    mutating func removeOverdue(at now: ContinuousClock.Instant) -> [Waiter] {
        var overdue: [Waiter] = []
        while let waiter = first, waiter.deadline <= now, let popped = popFirst() { overdue.append(popped) }
        return overdue
    }

    mutating func removeAll() -> [Waiter] {
        let all = slots[head...].compactMap { $0 }
        self = WaiterQueue()
        return all
    }

    private mutating func left(_ waiter: Waiter) {
        count -= 1
        guard let party = waiter.party, let waiting = counts[party] else { return }
        counts[party] = waiting > 1 ? waiting - 1 : nil
    }

    private mutating func advance() {
        head += 1
        guard head > 64, head * 2 > slots.count else { return }
        slots.removeFirst(head)
        head = 0
    }
}
