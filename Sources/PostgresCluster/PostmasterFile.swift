#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `postmaster.pid`, which a running server keeps in its data folder.
struct PostmasterFile: Equatable {
    let process: pid_t
    let isReady: Bool

    /// Nil when there is none, or when it is being written.
    init?(path: String) {
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard let process = lines.first.flatMap({ pid_t($0.filter { $0 != " " }) }), process > 0 else { return nil }
        self.process = process
        isReady = lines.count > 7 && lines[7].hasPrefix("ready")
    }

    /// Whether a server of this data folder may still run. After a reboot the number can be another program's, which
    /// PostgreSQL would take for a running server; a server is a process of its user, and works in its data folder.
    func mayBeRunning(in data: String, as user: ServerUser) -> Bool {
        guard kill(process, 0) == 0 || (errno == EPERM && user.isOther) else { return false }
        #if os(Linux)
            var status = stat()
            if stat("/proc/\(process)", &status) == 0, status.st_uid != user.id { return false }
            guard let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd") else {
                return true
            }
            return sameFile(folder, data)
        #else
            return true
        #endif
    }

    private func sameFile(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(one, &first) == 0 && stat(other, &second) == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}
