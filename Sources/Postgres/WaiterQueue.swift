struct Waiter: Equatable {
    let id: UInt64
    /// Whom it waits for; nil for nobody in particular.
    let party: Int?
    let deadline: ContinuousClock.Instant
}

/// First in, first out; all deadlines are equally far away, so the first one in is also the first one due. Who has waited before stands
/// where they would if they had never left.
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

    mutating func insert(_ waiter: Waiter) {
        let last = slots[head...].lastIndex { slot in slot.map { $0.deadline <= waiter.deadline } ?? false }
        slots.insert(waiter, at: last.map { $0 + 1 } ?? head)
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

    /// The first who waits for none of these.
    mutating func popFirst(passingOver parties: [Int]) -> Waiter? {
        guard !parties.isEmpty else { return popFirst() }
        guard count > parties.reduce(0, { $0 + count(of: $1) }) else { return nil }
        let index = slots[head...].firstIndex { slot in
            guard let slot else { return false }
            guard let party = slot.party else { return true }
            return !parties.contains(party)
        }
        return index.flatMap { take(at: $0) }
    }

    /// False when it isn't in the queue.
    mutating func remove(_ id: UInt64) -> Bool {
        guard let index = slots[head...].firstIndex(where: { $0?.id == id }) else { return false }
        return take(at: index) != nil
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

    /// Leaves a gap; before those who wait are fewer than the gaps between them, they close up.
    private mutating func take(at index: Int) -> Waiter? {
        guard let waiter = slots[index] else { return nil }
        slots[index] = nil
        left(waiter)
        let length = slots.count - head
        if length > 64, count * 2 < length {
            slots = slots[head...].filter { $0 != nil }
            head = 0
        }
        return waiter
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
