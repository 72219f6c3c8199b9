import Migrations
import Postgres

/// Whether the database and its schema are such that this program can work with them.
enum SchemaCheck {
    /// Why the database can't hold everybody's names, and what to do; nil when it can. With another encoding some fail in the
    /// midst of a request, and with SQL_ASCII the server takes bytes for characters.
    static func encodingFault(on connection: Connection) async throws -> String? {
        let encoding = try await connection.first(SchemaStatements.encoding, ()) ?? ""
        guard encoding != "UTF8" else { return nil }
        return "The database's encoding is \(encoding), this program needs UTF8, which only a new database can get: "
            + "createdb --encoding=UTF8 --template=template0 --owner=gatehouse_owner NAME"
    }

    /// Why the schema isn't, and what to do; nil when it is. A newer one is fine: it still has what this program asks for
    /// (expand, then contract).
    static func fault(atVersion version: Int) -> String? {
        let known = Migration.all.last?.version ?? 0
        guard version < known else { return nil }
        return "The database is at schema version \(version), this program needs \(known): run gatehouse migrate."
    }
}
