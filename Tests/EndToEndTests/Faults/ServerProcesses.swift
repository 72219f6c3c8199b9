#if os(Linux)
    import Foundation
    import PostgresCluster

    /// The processes of a running server: the postmaster and what it has started.
    struct ServerProcesses: Sendable {
        private let postmaster: pid_t

        struct NotRunning: Error {}

        init(of cluster: PostgresCluster) throws {
            let file = try String(contentsOfFile: "\(cluster.directory)/data/postmaster.pid", encoding: .utf8)
            guard let line = file.split(separator: "\n").first, let id = pid_t(line) else { throw NotRunning() }
            postmaster = id
        }

        /// Stops all of them in their tracks; the kernel goes on to take connections and bytes for them.
        func freeze() {
            // First of all who could start more of them.
            kill(postmaster, SIGSTOP)
            for child in children { kill(child, SIGSTOP) }
        }

        func thaw() {
            for child in children { kill(child, SIGCONT) }
            kill(postmaster, SIGCONT)
        }

        /// Kills all of them at once; returns when they are gone.
        func kill9() async throws {
            freeze()
            let all = children + [postmaster]
            for process in all { kill(process, SIGKILL) }
            try await eventually("the end of the server") {
                all.contains { Self.status(of: $0).map { $0.state != "Z" } ?? false } ? nil : true
            }
        }

        private var children: [pid_t] {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return entries.compactMap { pid_t($0) }.filter { Self.status(of: $0)?.parent == postmaster }
        }

        /// proc(5): the fields behind the name, which stands in parentheses and may hold any character.
        private static func status(of process: pid_t) -> (state: String, parent: pid_t)? {
            guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 1,
                let parent = pid_t(fields[1])
            else { return nil }
            return (String(fields[0]), parent)
        }
    }
#endif
