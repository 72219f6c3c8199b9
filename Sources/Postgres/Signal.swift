internal import Synchronization

/// Something that happened on another thread, to be looked at after a ``WakePipe`` woke this one.
final class Signal: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRaised: Bool { flag.load(ordering: .acquiring) }

    func raise(waking pipe: WakePipe) {
        flag.store(true, ordering: .releasing)
        pipe.wake()
    }
}
