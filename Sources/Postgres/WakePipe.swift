internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Interrupts a thread that waits in ``waitForSocket(_:for:interrupt:until:)``, from any other thread.
final class WakePipe: Sendable {
    fileprivate let readEnd: Int32
    private let writeEnd: Int32

    /// Nil when the process has no file descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func wake() {
        var byte: UInt8 = 1
        // A full pipe is fine: the waiting thread is awake already.
        _ = write(writeEnd, &byte, 1)
    }

    func drain() {
        var bytes = [UInt8](repeating: 0, count: 16)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }
}

/// Something that happened on another thread, to be looked at after a ``WakePipe`` woke this one.
final class Signal: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRaised: Bool { flag.load(ordering: .acquiring) }

    func raise(waking pipe: WakePipe) {
        flag.store(true, ordering: .releasing)
        pipe.wake()
    }
}

enum SocketInterest { case read, write, readOrWrite }

struct SocketReadiness: OptionSet {
    let rawValue: UInt8
    static let readable = SocketReadiness(rawValue: 1)
    static let writable = SocketReadiness(rawValue: 2)
    static let woken = SocketReadiness(rawValue: 4)
}

/// Blocks the calling thread until the socket is ready, the pipe is woken or `deadline` (nil: at once) has come.
/// An error or a hang-up counts as readable, so that the read reports it. Empty means that time is up.
func waitForSocket(
    _ socket: Int32, for interest: SocketInterest, interrupt: WakePipe, until deadline: ContinuousClock.Instant?
) -> SocketReadiness {
    let events =
        switch interest {
        case .read: POLLIN
        case .write: POLLOUT
        case .readOrWrite: POLLIN | POLLOUT
        }
    var descriptors = [
        pollfd(fd: socket, events: Int16(events), revents: 0),
        pollfd(fd: interrupt.readEnd, events: Int16(POLLIN), revents: 0),
    ]
    while true {
        let outcome = poll(&descriptors, nfds_t(descriptors.count), milliseconds(until: deadline))
        if outcome < 0, errno == EINTR { continue }
        break
    }
    var readiness: SocketReadiness = []
    let happened = Int32(descriptors[0].revents)
    if happened & Int32(POLLIN | POLLERR | POLLHUP | POLLNVAL) != 0 { readiness.insert(.readable) }
    if happened & Int32(POLLOUT) != 0 { readiness.insert(.writable) }
    if descriptors[1].revents != 0 { readiness.insert(.woken) }
    return readiness
}

private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return 0 }
    let (seconds, attoseconds) = (deadline - .now).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    // Rounded up, so that time is really up when the wait ends; a day at most, since who waits asks again.
    return Int32(min(seconds, 86_400) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
}
