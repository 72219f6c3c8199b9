import Synchronization

/// Another number each time: 1, 2, 3 …
final class LastValue: Sendable {
    private let value = Atomic<Int>(0)

    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
