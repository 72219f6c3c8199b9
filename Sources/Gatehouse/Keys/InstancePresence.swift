import Postgres

/// How a running instance says which master keys it accepts: in the name of the connection it listens on, which the
/// database shows to everybody for as long as the instance lives. Behind a pooler nothing of it can be seen.
enum InstancePresence {
    private static let prefix = "gatehouse listener"

    /// At most 63 bytes, which is what PostgreSQL keeps of such a name.
    static func applicationName(accepting keys: MasterKeys) -> ApplicationName {
        .fixed(([prefix] + keys.all.map(shortID)).joined(separator: " "))
    }

    /// The backend that an instance listens through. It outlives an instance whose machine is gone, until the database notices.
    struct Backend: Sendable {
        let applicationName: String
        let pid: Int32
        /// Nil for a Unix socket, and where whoever asks may not see what other roles do.
        let address: String?

        /// Whether the instance opens what this key has sealed.
        func accepts(_ key: MasterKey) -> Bool {
            applicationName.split(separator: " ").contains { $0 == InstancePresence.shortID(key) }
        }

        fileprivate var inWords: String { address.map { "\(pid) from \($0)" } ?? "\(pid)" }
    }

    /// Those that are there now.
    static let backends = Statement<Void, Backend>(
        """
        select application_name, pid, host(client_addr) from pg_stat_activity
        where datname = current_database() and application_name like '\(prefix) %'
        order by pid
        """, bind: { () }, row: Backend.init(applicationName:pid:address:))

    private static func shortID(_ key: MasterKey) -> String { String(key.id.prefix(8)) }
}

extension Administration {
    /// What is sealed under a key that an instance doesn't have, it can't serve.
    func refuseWhileInstancesLack(_ key: MasterKey) async throws {
        let lacking = try await database.untenanted.query(InstancePresence.backends, ()).filter { !$0.accepts(key) }
        guard !lacking.isEmpty else { return }
        let (instances, backends) =
            lacking.count == 1
            ? ("A running instance doesn't", "backend") : ("\(lacking.count) running instances don't", "backends")
        throw Refusal.guardRefused(
            """
            \(instances) have the master key \(key.id) yet (\(backends) \(lacking.map(\.inWords).joined(separator: ", "))). \
            Give every instance both keys, the new one first and the old one below, restart it, and try again. \
            The backend of an instance that is gone is ended by select pg_terminate_backend(PID).
            """)
    }
}
