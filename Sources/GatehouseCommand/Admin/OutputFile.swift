import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Standard output, or a file opened for writing, where what doesn't arrive in full is worth nothing.
final class OutputFile {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32 = STDOUT_FILENO) {
        self.descriptor = descriptor
    }

    func write(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 65_536 { try flush() }
    }

    /// Throws `invalidSetting` when the disk is full. Where whoever reads a pipe has gone, SIGPIPE ends the program.
    func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes {
                systemWrite(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
                continue
            }
            guard count > 0 else {
                throw Refusal.invalidSetting("The file can't be written: \(String(cString: strerror(errno))).")
            }
            written += count
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
