#if os(Linux)
    import Glibc

    /// Makes room for many sockets in this process.
    enum DescriptorRoom {
        static func make(for count: Int) throws {
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            var limit = rlimit()
            getrlimit(resource, &limit)
            let wanted = max(limit.rlim_cur, rlim_t(count + 512))
            guard wanted <= limit.rlim_max else {
                throw NotInTime(description: "this needs a limit of \(wanted) open files (ulimit -Hn)")
            }
            limit.rlim_cur = wanted
            setrlimit(resource, &limit)
        }
    }
#endif
