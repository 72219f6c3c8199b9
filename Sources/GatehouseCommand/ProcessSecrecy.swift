import CProcess
import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Keeps what this process has in memory from leaving it.
enum ProcessSecrecy {
    /// No core dump, which would hold keys and passwords; on Linux, whatever handler the system pipes dumps to, and no
    /// debugger of the same user nor a look at our memory or environment through `/proc` either.
    static func begin() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Darwin)
            setrlimit(RLIMIT_CORE, &none)
        #else
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        #endif
        _ = gatehouse_forbid_dumps()
    }

    /// Overwrites a variable's value in the memory that `ps e` and `/proc` show. Before other threads read it.
    static func wipeEnvironmentVariable(_ name: String) {
        guard let value = getenv(name) else { return }
        UnsafeMutableRawBufferPointer(start: value, count: strlen(value)).wipe()
    }
}
