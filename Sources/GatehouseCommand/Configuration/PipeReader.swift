#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Reads a descriptor to its end, bounded in size and, where a deadline is given, in time.
struct PipeReader {
    let descriptor: Int32
    let limit: Int
    var deadline: ContinuousClock.Instant? = nil

    /// The text, or nil when it couldn't be read in full within the bounds.
    func readAll() -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while isReadable() {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return String(validating: bytes, as: UTF8.self) }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { return nil }
        }
        return nil
    }

    private func isReadable() -> Bool {
        guard let deadline else { return true }
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return false }
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            let ready = poll(&interest, 1, Int32(clamping: milliseconds + 1))
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { return false }
        }
    }
}
