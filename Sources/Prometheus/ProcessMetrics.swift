#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What the system says of this process, under the names that Prometheus' client libraries have agreed upon.
public enum ProcessMetrics {
    public static let definitions = [
        MetricDefinition(
            .counter, "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds."),
        MetricDefinition(.gauge, "process_open_fds", help: "Number of open file descriptors."),
        MetricDefinition(.gauge, "process_max_fds", help: "Maximum number of open file descriptors."),
        MetricDefinition(.gauge, "process_virtual_memory_bytes", help: "Virtual memory size in bytes."),
        MetricDefinition(.gauge, "process_resident_memory_bytes", help: "Resident memory size in bytes."),
        MetricDefinition(
            .gauge, "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds."),
    ]

    /// Has a registry with these definitions print them. What only Linux tells is left out elsewhere.
    public static func read(by registry: PrometheusRegistry) {
        let startTime = ProcessFiles.startTime.map { [Reading($0)] } ?? []
        registry.read("process_cpu_seconds_total") { [Reading(cpuSeconds)] }
        registry.read("process_open_fds") { ProcessFiles.openDescriptors.map { [Reading($0)] } ?? [] }
        registry.read("process_max_fds") { [Reading(descriptorLimit)] }
        registry.read("process_virtual_memory_bytes") { ProcessFiles.memory.map { [Reading($0.virtual)] } ?? [] }
        registry.read("process_resident_memory_bytes") { ProcessFiles.memory.map { [Reading($0.resident)] } ?? [] }
        registry.read("process_start_time_seconds") { startTime }
    }

    /// Of all threads, those that have ended too.
    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var descriptorLimit: Double {
        var limit = rlimit()
        #if canImport(Glibc)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
            getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return Double(limit.rlim_cur)
    }
}
