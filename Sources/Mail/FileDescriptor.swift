#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file that is written by blocking calls.
struct FileDescriptor {
    static let standardOutput = FileDescriptor(number: STDOUT_FILENO)

    private let number: Int32

    private init(number: Int32) { self.number = number }

    /// Makes a file that only its owner may read. Nil when it can't be made, or is there.
    init?(creating path: String) {
        let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { return nil }
        self.number = number
    }

    /// Whether all of it was written.
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(number, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Whether the system had nothing to object to what was written.
    func close() -> Bool { systemClose(number) == 0 }
}

// Under names that the methods above don't hide.
private let systemWrite = write
private let systemClose = close
