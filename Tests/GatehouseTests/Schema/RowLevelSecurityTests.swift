import FoundationEssentials
import Migrations
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// The catalogue is walked, so that a new table can't be forgotten.
@Suite(.installation) struct RowLevelSecurityTests {
    struct Table: Sendable {
        let name: String
        let hasTenant: Bool
        let isEnabled: Bool
        let isForced: Bool
        let policies: Int
        let rights: String
    }

    static let tables = Statement<Void, Table>(
        """
        select c.relname::text,
            exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped),
            c.relrowsecurity, c.relforcerowsecurity,
            (select count(*) from pg_policy p where p.polrelid = c.oid and p.polqual is not null
                and p.polwithcheck is not null),
            (select coalesce(string_agg(right_name, ' '), '') from unnest(array['TRUNCATE', 'TRIGGER', 'REFERENCES']) right_name
                where has_table_privilege('gatehouse_service', c.oid, right_name))
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') order by 1
        """,
        bind: { () },
        row: { (name: String, tenant: Bool, enabled: Bool, forced: Bool, policies: Int, rights: String) in
            Table(
                name: name, hasTenant: tenant, isEnabled: enabled, isForced: forced, policies: policies, rights: rights)
        })

    @Test("Every table with a tenant has row-level security enabled and forced, with checks both ways")
    func catalogue() async throws {
        let installation = try await Installation.make()
        let tables = try await installation.ownerPool.query(Self.tables, ())
        let untenanted: Set = ["operator_events", "purges", "schema_versions", "tenants"]
        #expect(tables.count >= 7)
        for table in tables {
            #expect(table.hasTenant != untenanted.contains(table.name), "\(table.name)")
            #expect(table.rights == "", "the service may \(table.rights) on \(table.name)")
            guard table.hasTenant else { continue }
            #expect(table.isEnabled && table.isForced && table.policies == 1, "\(table.name)")
        }
    }

    @Test("Every key of a tenant table leads with the tenant")
    func keysLeadWithTheTenant() async throws {
        let installation = try await Installation.make()
        let indexes = Statement<Void, String>(
            """
            select i.indexrelid::regclass::text from pg_index i
            join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
            join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
            where i.indkey[0] <> t.attnum
            """, bind: { () }, row: { (name: String) in name })
        #expect(try await installation.ownerPool.query(indexes, ()) == [])
    }

    @Test("Without a tenant, and with a lapsed one, the service reads no row of a tenant table and inserts none")
    func withoutTenant() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let tables = try await installation.ownerPool.query(Self.tables, ()).filter(\.hasTenant)
        let connection = try await Connection.open(installation.database.serviceURL)
        for lapsed in [false, true] {
            if lapsed {
                // The setting of a transaction that is over reads as an empty string from then on.
                let id = tenant.tenant.id
                let setting = LocalSetting("gatehouse.tenant_id", id.lowercaseString)
                let own = try await connection.query(KeyStatements.all, id, settings: [setting])
                #expect(own.count == 4)
            }
            for table in tables {
                let count = Statement<Void, Int>(
                    "select count(*) from \(table.name)", bind: { () }, row: { (count: Int) in count })
                #expect(try await connection.first(count, ()) == 0, "\(table.name), lapsed: \(lapsed)")
            }
            await #expect(throws: PostgresError.self) {
                try await connection.script(
                    """
                    insert into refresh_tokens (tenant_id, id, user_id)
                    select '\(tenant.tenant.id.lowercaseString)', gen_random_uuid(), gen_random_uuid()
                    """)
            }
        }
        await connection.close()
    }

    @Test("One tenant's statement can't touch another's row, whatever ids it names")
    func crossing() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let session = try await installation.register(in: shop)
        let ended = try await installation.serviceDatabase.execute(
            SessionStatements.endAll, (shop.tenant.id, nil, nil, .loggedOut), in: blog.tenant.id)
        #expect(ended == 0)
        #expect(await installation.isAlive(session, in: shop))
    }

    @Test("The embedded migrations are those on disk")
    func embedded() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../sql/migrations")
        for migration in Migration.all {
            let name = "v\(String(repeating: "0", count: 4 - "\(migration.version)".count))\(migration.version)"
            let file = folder.appending(path: "\(name)_\(migration.name).sql")
            let disk = try String(contentsOf: file, encoding: .utf8)
            #expect(disk == migration.sql, "\(file.lastPathComponent)")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        #expect(files.count == Migration.all.count)
    }
}
