import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file descriptor that no child inherits, closed once: on `close()` or with its last reference.
final class Descriptor: Sendable {
    let number: Int32
    private let isOpen = Atomic(true)

    private init(adopting number: Int32) {
        self.number = number
    }

    deinit {
        close()
    }

    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(ClusterError) -> Descriptor {
        #if canImport(Darwin)
            let number = Darwin.open(path, flags | O_CLOEXEC, mode)
        #else
            let number = Glibc.open(path, flags | O_CLOEXEC, mode)
        #endif
        guard number >= 0 else { throw .unusableDirectory(path, reason: String(cString: strerror(errno))) }
        return Descriptor(adopting: number)
    }

    /// Two connected ends. A socket pair rather than a pipe, because Linux makes it uninheritable in one step, and no
    /// process that is started meanwhile keeps an end open.
    static func pair() throws(ClusterError) -> (ours: Descriptor, theirs: Descriptor) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
            let result = socketpair(AF_UNIX, SOCK_STREAM, 0, &ends)
            var yes: Int32 = 1
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
        #else
            let result = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        #endif
        guard result == 0 else { throw .spawnFailed(program: "socketpair", reason: String(cString: strerror(errno))) }
        return (Descriptor(adopting: ends[0]), Descriptor(adopting: ends[1]))
    }

    func close() {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        #if canImport(Darwin)
            _ = Darwin.close(number)
        #else
            _ = Glibc.close(number)
        #endif
    }

    /// Blocks until the other side has closed.
    func readToEnd() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(number, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// Writes a short line to a file.
    func write(line: String) {
        let bytes = Array((line + "\n").utf8)
        #if canImport(Darwin)
            _ = Darwin.write(number, bytes, bytes.count)
        #else
            _ = Glibc.write(number, bytes, bytes.count)
        #endif
    }

    /// Sends a short line to the other end; nothing happens when that has closed.
    func send(line: String) {
        let bytes = Array((line + "\n").utf8)
        #if canImport(Darwin)
            _ = Darwin.send(number, bytes, bytes.count, 0)
        #else
            _ = Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }
}
