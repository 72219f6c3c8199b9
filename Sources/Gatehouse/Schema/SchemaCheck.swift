import Migrations

/// Whether the database's schema is one that this program can work with.
enum SchemaCheck {
    /// Why it isn't, and what to do; nil when it is. A newer schema is fine: it still has what this program asks for
    /// (expand, then contract).
    static func fault(atVersion version: Int) -> String? {
        let known = Migration.all.last?.version ?? 0
        guard version < known else { return nil }
        return "The database is at schema version \(version), this program needs \(known): run gatehouse migrate."
    }
}
