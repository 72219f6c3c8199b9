import Gatehouse

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

    /// The text, or nil when it couldn't be read in full within the bounds or is no UTF-8.
    func readText() -> String? {
        guard var bytes = readAll() else { return nil }
        defer { bytes.wipe() }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The bytes, or nil when they couldn't be read in full within the bounds. No other copy of them is left behind.
    func readAll() -> [UInt8]? {
        var bytes: [UInt8] = []
        // Never more than this, so that growing leaves no copy of the beginning behind.
        bytes.reserveCapacity(limit)
        var buffer = [UInt8](repeating: 0, count: 4096)
        defer { buffer.wipe() }
        while isReadable() {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count == 0 { return bytes }
            guard count > 0, bytes.count + count <= limit else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        bytes.wipe()
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
