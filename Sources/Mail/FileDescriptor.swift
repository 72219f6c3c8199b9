#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file that is written by blocking calls.
struct FileDescriptor {
    static let standardOutput = FileDescriptor(number: STDOUT_FILENO)

    private let number: Int32

    /// POSIX's least PIPE_BUF: a pipe that has room takes as much without blocking.
    private static let piece = 512

    init(number: Int32) { self.number = number }

    /// Makes a file that only its owner may read. Nil when it can't be made, or is there.
    init?(creating path: String) {
        let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { return nil }
        self.number = number
    }

    /// Whether all of it was written. While nobody takes it, looks five times a second whether it is still to be.
    func write(_ bytes: [UInt8], unless cancellation: Cancellation) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            if cancellation.isRaised { return false }
            var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&waiting, 1, 200)
            if ready == 0 { continue }
            let count = ready < 0 ? -1 : rest.prefix(Self.piece).withUnsafeBytes { writeOnce($0) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EAGAIN && errno != EINTR {
                return false
            }
        }
        return true
    }

    private func writeOnce(_ bytes: UnsafeRawBufferPointer) -> Int {
        systemWrite(number, bytes.baseAddress, bytes.count)
    }

    /// Whether the system had nothing to object to what was written.
    func close() -> Bool { systemClose(number) == 0 }
}

// Under names that the methods above don't hide.
private let systemWrite = write
private let systemClose = close
