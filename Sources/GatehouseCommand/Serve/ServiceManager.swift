#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Tells systemd, or whoever speaks its protocol, how far the program is (sd_notify(3)): lines of text in one datagram to
/// the socket that `NOTIFY_SOCKET` names.
struct ServiceManager: Sendable {
    /// A path, or a name without one (unix(7), abstract) behind an `@`; nil where nobody has asked to be told.
    private let socketName: String?
    /// How often the watchdog wants to hear of us, halved; nil without one.
    private let watchdogInterval: Duration?

    init(environment: [String: String]) {
        socketName = environment["NOTIFY_SOCKET"].flatMap { name in
            let isUnderstood = name.hasPrefix("/") || name.hasPrefix("@")
            return isUnderstood && name.utf8.count < Self.longestName ? name : nil
        }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = isForUs && limit > 0 ? .microseconds(limit) / 2 : nil
    }

    /// Sends these assignments. Who doesn't listen is not waited for.
    func tell(_ lines: String...) {
        guard let socketName else { return }
        #if canImport(Darwin)
            let descriptor = socket(AF_UNIX, SOCK_DGRAM, 0)
        #else
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #endif
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var (address, length) = Self.address(of: socketName)
        var text = lines.joined(separator: "\n")
        text.withUTF8 { bytes in
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    _ = sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT), generic, length)
                }
            }
        }
    }

    /// Shows until the task is cancelled that the threads which everything runs on still get to their work; returns at once
    /// without a watchdog.
    func keepWatchdogCalm() async {
        while let watchdogInterval, !Task.isCancelled {
            tell("WATCHDOG=1")
            try? await Task.sleep(for: watchdogInterval)
        }
    }

    private static var longestName: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) }

    private static func address(of socketName: String) -> (sockaddr_un, socklen_t) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(socketName.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        // It fits: the initialiser has seen to that.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0) + bytes.count
        return (address, socklen_t(length))
    }
}
