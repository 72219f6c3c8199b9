#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What `/proc` has of this process. These files are in memory: reading them waits for no disk.
enum ProcessFiles {
    struct Memory {
        let virtual: Int
        let resident: Int
    }

    /// In bytes.
    static var memory: Memory? {
        guard let fields = contents(of: "/proc/self/statm")?.split(separator: " "), fields.count >= 2,
            let virtual = Int(fields[0]), let resident = Int(fields[1])
        else { return nil }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return Memory(virtual: virtual * page, resident: resident * page)
    }

    static var openDescriptors: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Its own descriptor, and the entries of the folder itself and the one above.
        return count - 3
    }

    /// In seconds since the epoch: ticks after the system's start, which is known to the second.
    static var startTime: Double? {
        // The name of the program comes before, in parentheses, and may hold anything.
        guard let status = contents(of: "/proc/self/stat"), let end = status.lastIndex(of: ")"),
            let system = contents(of: "/proc/stat")
        else { return nil }
        let fields = status[status.index(after: end)...].split(separator: " ")
        let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }?.dropFirst(6)
        guard fields.count > 19, let ticks = Double(fields[19]), let boot, let bootTime = Double(boot) else {
            return nil
        }
        return bootTime + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Nil where there is no such file, as on other systems.
    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += part[..<count]
        }
    }
}
