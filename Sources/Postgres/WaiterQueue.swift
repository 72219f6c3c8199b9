struct Waiter: Equatable {
    let id: UInt64
    let deadline: ContinuousClock.Instant
}

/// First in, first out; all deadlines are equally far away, so the first one in is also the first one due.
struct WaiterQueue {
    private var slots: [Waiter?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var first: Waiter? {
        for slot in slots[head...] {
            if let slot { return slot }
        }
        return nil
    }

    mutating func append(_ waiter: Waiter) {
        slots.append(waiter)
        count += 1
    }

    mutating func popFirst() -> Waiter? {
        while head < slots.count {
            defer { advance() }
            if let waiter = slots[head] {
                count -= 1
                return waiter
            }
        }
        return nil
    }

    /// False when it isn't in the queue.
    mutating func remove(_ id: UInt64) -> Bool {
        guard let index = slots[head...].firstIndex(where: { $0?.id == id }) else { return false }
        slots[index] = nil
        count -= 1
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

    private mutating func advance() {
        head += 1
        guard head > 64, head * 2 > slots.count else { return }
        slots.removeFirst(head)
        head = 0
    }
}
