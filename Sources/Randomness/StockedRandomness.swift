import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The system's random numbers, fetched many at a time: for the identifiers that every request is given, as each question to the
/// kernel costs more than all else about one.
///
/// What it gives is as unpredictable as what `SystemRandomNumberGenerator` gives, but waits in the memory of this process until it is
/// asked for. So keys and whatever else must stay secret are made with that one. A number is forgotten when it is given away.
///
/// A fork without exec, or a copy of the whole machine while it runs, gives the numbers that wait to both. Nothing here forks without exec,
/// and no secret depends on these numbers.
public struct StockedRandomness: RandomNumberGenerator, Sendable {
    private static let stock = Mutex(Stock())

    public init() {}

    public func next() -> UInt64 {
        Self.stock.withLock { $0.take() }
    }
}

private struct Stock: ~Copyable {
    /// 256 bytes, the most that `getentropy` fetches.
    private var words = [UInt64](repeating: 0, count: 32)
    private var left = 0

    mutating func take() -> UInt64 {
        if left == 0 { fetch() }
        left -= 1
        defer { words[left] = 0 }
        return words[left]
    }

    private mutating func fetch() {
        let isFetched = words.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { getentropy($0, bytes.count) == 0 } ?? false
        }
        if !isFetched {
            // A kernel without that call: the standard library knows where else to look.
            var system = SystemRandomNumberGenerator()
            for index in words.indices { words[index] = system.next() }
        }
        left = words.count
    }
}
