import Postgres

/// How a running instance says which master keys it accepts: in the name of the connection it listens on, which the
/// database shows to everybody for as long as the instance lives. Behind a pooler nothing of it can be seen.
enum InstancePresence {
    private static let prefix = "gatehouse listener"

    /// At most 63 bytes, which is what PostgreSQL keeps of such a name.
    static func applicationName(accepting keys: MasterKeys) -> ApplicationName {
        .fixed(([prefix] + keys.all.map(shortID)).joined(separator: " "))
    }

    /// Whether the instance of that name opens what this key has sealed.
    static func accepts(_ key: MasterKey, applicationName: String) -> Bool {
        applicationName.split(separator: " ").contains { $0 == shortID(key) }
    }

    /// The names of the instances that are listening now.
    static let names = Statement<Void, String>(
        """
        select application_name from pg_stat_activity
        where datname = current_database() and application_name like '\(prefix) %'
        """, bind: { () }, row: { (name: String) in name })

    private static func shortID(_ key: MasterKey) -> String { String(key.id.prefix(8)) }
}

extension Administration {
    /// What is sealed under a key that an instance doesn't have, it can't serve.
    func refuseWhileInstancesLack(_ key: MasterKey) async throws {
        let lacking = try await database.untenanted.query(InstancePresence.names, ())
            .count { !InstancePresence.accepts(key, applicationName: $0) }
        guard lacking == 0 else {
            throw Refusal.guardRefused(
                """
                \(lacking == 1 ? "A running instance doesn't" : "\(lacking) running instances don't") have the master key \
                \(key.id) yet. Give every instance both keys, the new one first and the old one below, restart it, \
                and try again.
                """)
        }
    }
}
