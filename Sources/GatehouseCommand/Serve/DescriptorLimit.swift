#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many files and sockets the process may have open at once.
struct DescriptorLimit {
    let count: Int

    /// Raises the limit as far as the system lets a process do so by itself. Shells and service managers start programs
    /// with 1024 for the sake of old ones that use `select`; we don't.
    static func raised() -> DescriptorLimit {
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
            let most = rlim_t(OPEN_MAX)
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            let most = rlim_t(1 << 16)
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return DescriptorLimit(count: 1024) }
        let wanted = max(limit.rlim_cur, min(limit.rlim_max, most))
        var raised = limit
        raised.rlim_cur = wanted
        let holds = setrlimit(resource, &raised) == 0 ? wanted : limit.rlim_cur
        return DescriptorLimit(count: Int(clamping: holds))
    }

    /// How many clients may be connected, so that a crowd of them never takes what the database, the log and the files of
    /// the program need.
    ///
    /// A connection to the database has a socket and both ends of a pipe, and one socket more while it has a statement cancelled.
    func connections(atMost most: Int, beside poolSize: Int) -> Int {
        let reserved = 128 + 4 * poolSize
        return min(most, max(count - reserved, count / 2))
    }
}
