import Postgres

enum SchemaStatements {
    /// "gatehous" in ASCII: a number no other program is likely to have chosen.
    static let lock = Statement<Void, Bool>(
        "select pg_advisory_lock(7449355575118885235) is not null", bind: { () }, row: { (locked: Bool) in locked })

    static let exists = Statement<Void, Bool>(
        "select to_regclass('schema_versions') is not null", bind: { () }, row: { (exists: Bool) in exists })

    static let latest = Statement<Void, Int32>(
        "select coalesce(max(version), 0) from schema_versions", bind: { () }, row: { (version: Int32) in version })

    /// The version of the schema, 0 for a database without one.
    static func version(on connection: Connection) async throws -> Int {
        guard try await connection.first(exists, ()) == true else { return 0 }
        return Int(try await connection.first(latest, ()) ?? 0)
    }

    static func encoding(on connection: Connection) async throws -> String {
        try await connection.first(encoding, ()) ?? ""
    }

    static let encoding = Statement<Void, String>(
        "select current_setting('server_encoding')", bind: { () }, row: { (encoding: String) in encoding })

    /// What would let the service's role read past row-level security; all false for a safe one.
    struct Dangers: Sendable {
        let isSuperuser: Bool
        let bypassesSecurity: Bool
        let ownsTables: Bool
        let isNoMember: Bool
    }

    static let dangers = Statement<Void, Dangers>(
        """
        select r.rolsuper, r.rolbypassrls,
            exists (select from pg_class c where pg_has_role(r.oid, c.relowner, 'member')
                and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')),
            not exists (select from pg_roles g where g.rolname = 'gatehouse_service'
                and pg_has_role(r.oid, g.oid, 'usage'))
        from pg_roles r where r.rolname = current_user
        """,
        bind: { () }, row: Dangers.init(isSuperuser:bypassesSecurity:ownsTables:isNoMember:))

    /// Whether warnings are kept from a session that doesn't ask for them itself.
    static let hidesWarnings = Statement<Void, Bool>(
        "select reset_val = 'error' from pg_settings where name = 'client_min_messages'",
        bind: { () }, row: { (hidden: Bool) in hidden })
}
