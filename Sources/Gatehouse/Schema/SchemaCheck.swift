import Migrations

/// Whether the database and its schema are such that this program can work with them.
enum SchemaCheck {
    /// Why the database can't hold everybody's names, and what to do; nil when it can: with another encoding some fail in the midst
    /// of a request.
    static func fault(ofEncoding encoding: String) -> String? {
        guard ![unicode, bytes].contains(encoding) else { return nil }
        return "The database's encoding is \(encoding), \(remedy)"
    }

    /// What is amiss with an encoding that holds everybody's names, and what to do; nil for the right one.
    static func warning(ofEncoding encoding: String) -> String? {
        guard encoding == bytes else { return nil }
        return
            "The database's encoding is \(bytes), by which it takes bytes for characters and finds some names too long; \(remedy)"
    }

    private static let unicode = "UTF8"
    /// What a server that was set up without a locale gives its databases: it stores any text as it comes.
    private static let bytes = "SQL_ASCII"
    private static let remedy = """
        it ought to be UTF8, which only a new database can get: \
        createdb --encoding=UTF8 --template=template0 --owner=gatehouse_owner NAME
        """

    /// Why the schema isn't, and what to do; nil when it is. A newer one is fine: it still has what this program asks for
    /// (expand, then contract).
    static func fault(atVersion version: Int) -> String? {
        let known = Migration.all.last?.version ?? 0
        guard version < known else { return nil }
        return "The database is at schema version \(version), this program needs \(known): run gatehouse migrate."
    }
}
