import Synchronization

/// A real number that many threads add to or set, without a lock.
struct AtomicDouble: ~Copyable {
    private let value = Atomic<Double>(0)

    func add(_ amount: Double) {
        var known = value.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = value.weakCompareExchange(
                expected: known, desired: known + amount, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }

    func load() -> Double { value.load(ordering: .relaxed) }

    func store(_ number: Double) { value.store(number, ordering: .relaxed) }
}
