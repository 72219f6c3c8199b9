import CArgon2

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The working memory of Argon2 that a thread keeps from one hash to the next.
///
/// Argon2 reads all over it, and where the system has huge pages the processor finds its way about in them sooner. A thread with
/// nothing to do gives it back; `malloc` may keep what was freed for good, or have the kernel clear every page of it anew for
/// each hash.
///
/// It holds what was made of passwords: libargon2 overwrites what it used with zeros before it hands it back, and no core dump
/// contains it. A hash that needs more than is kept, or that is computed by a thread without any, gets memory from `malloc`.
final class HashMemory {
    private let capacity: Int
    /// What is mapped, nil while nothing is kept. A huge page longer than the capacity, so that it contains as much from the
    /// beginning of a huge page on.
    private var mapping: UnsafeMutableRawBufferPointer?

    private static let hugePage = 2 << 20

    /// Keeps nothing before the first hash.
    ///
    /// - Parameter capacity: The most bytes a hash may need to be computed in it.
    init(capacity: Int) {
        self.capacity = capacity
    }

    deinit {
        giveBack()
    }

    var isKept: Bool { mapping != nil }

    /// What hashes are computed in.
    var kept: UnsafeMutableRawBufferPointer? {
        mapping?.baseAddress.map { start in
            UnsafeMutableRawBufferPointer(start: start.alignedUp(toMultipleOf: Self.hugePage), count: capacity)
        }
    }

    /// Gives it back to the system, until the next hash asks for it. Never called while a hash is computed in it: that is
    /// one call of libargon2, by the only thread that can find this object.
    func giveBack() {
        guard let mapping else { return }
        munmap(mapping.baseAddress, mapping.count)
        self.mapping = nil
    }

    /// As much as a hash asks for, nil when that is more than is kept or the system has none.
    private func lend(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count <= capacity else { return nil }
        if mapping == nil { mapping = map() }
        return kept?.baseAddress
    }

    private func map() -> UnsafeMutableRawBufferPointer? {
        let count = capacity + Self.hugePage
        guard let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), start != MAP_FAILED
        else { return nil }
        #if !canImport(Darwin)
            // Advice that a kernel doesn't know is not taken, and nothing is lost by it.
            madvise(start, count, MADV_HUGEPAGE)
            madvise(start, count, MADV_DONTDUMP)
        #endif
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }
}

extension HashMemory {
    /// The name under which a thread finds its memory: libargon2 tells its callbacks nothing that would. What is stored under it
    /// is another thing for each thread, so that an object is used by none but the one that called `serve`.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    /// The memory of the thread that asks.
    static var ofThisThread: HashMemory? {
        // What is found is alive: `serve` puts it there, holds it and takes it away again.
        key.flatMap(pthread_getspecific).map { Unmanaged<HashMemory>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Has the hashes that this thread computes in `body` computed in this memory.
    func serve<Value>(_ body: () throws -> Value) rethrows -> Value {
        guard let key = Self.key else { return try body() }
        let outer = pthread_getspecific(key)
        pthread_setspecific(key, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(key, outer) }
        return try withExtendedLifetime(self, body)
    }

    /// Has libargon2 compute a hash in the memory of the thread that calls it.
    ///
    /// With one thread `argon2_ctx` calls back on that which called it, once for memory and once to hand it back, after it has
    /// overwritten it.
    static func provide(to context: inout argon2_context) {
        context.threads = 1
        context.allocate_cbk = { memory, count in
            let lent = HashMemory.ofThisThread?.lend(count) ?? malloc(count)
            memory?.pointee = lent?.assumingMemoryBound(to: UInt8.self)
            return lent == nil ? ARGON2_MEMORY_ALLOCATION_ERROR.rawValue : ARGON2_OK.rawValue
        }
        context.free_cbk = { memory, _ in
            let isKept = memory.map { UnsafeMutableRawPointer($0) } == HashMemory.ofThisThread?.kept?.baseAddress
            if !isKept { free(memory) }
        }
    }
}
