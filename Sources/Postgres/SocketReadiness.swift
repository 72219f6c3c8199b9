#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

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
