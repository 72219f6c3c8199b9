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
        let rights: String
    }

    static let tables = Statement<Void, Table>(
        """
        select c.relname::text,
            exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped),
            c.relrowsecurity, c.relforcerowsecurity,
            (select coalesce(string_agg(right_name, ' '), '') from unnest(array['TRUNCATE', 'TRIGGER', 'REFERENCES']) right_name
                where has_table_privilege('gatehouse_service', c.oid, right_name))
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') order by 1
        """,
        bind: { () },
        row: { (name: String, tenant: Bool, enabled: Bool, forced: Bool, rights: String) in
            Table(name: name, hasTenant: tenant, isEnabled: enabled, isForced: forced, rights: rights)
        })

    @Test("Every table with a tenant has row-level security enabled and forced")
    func catalogue() async throws {
        let installation = try await Installation.make()
        let tables = try await installation.ownerPool.query(Self.tables, ())
        let untenanted: Set = ["deliveries", "operator_events", "purges", "schema_versions", "tenants"]
        #expect(tables.count >= 7)
        for table in tables {
            #expect(table.hasTenant != untenanted.contains(table.name), "\(table.name)")
            #expect(table.rights == "", "the service may \(table.rights) on \(table.name)")
            guard table.hasTenant else { continue }
            #expect(table.isEnabled && table.isForced, "\(table.name)")
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
        let installation = try await Installation.make(limits: .standard)
        let tenant = try await installation.filledTenant()
        let user = try await installation.user().id.lowercaseString
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
            let refusal = try await refusedByServer {
                try await connection.script(
                    """
                    insert into refresh_tokens (tenant_id, id, user_id)
                    select '\(tenant.tenant.id.lowercaseString)', gen_random_uuid(), '\(user)'
                    """)
            }
            #expect(refusal?.state == .insufficientPrivilege, "lapsed: \(lapsed)")
        }
        await connection.close()
    }

    @Test("One tenant's statement can't touch another's row, whatever ids it names")
    func crossing() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let session = try await installation.register(in: shop)
        let ended = try await installation.serviceDatabase.execute(
            SessionStatements.endLeft, (shop.tenant.id, session.sessionID, .loggedOut), in: blog.tenant.id)
        let page = try await installation.serviceDatabase.first(
            SessionStatements.endPage, (shop.tenant.id, nil, .loggedOut, .distantFuture, []), in: blog.tenant.id)
        #expect(ended == 0 && page?.ended == 0)
        #expect(try await installation.isAlive(session, in: shop))
    }

    @Test("A name that is taken in another tenant is free in this one, and a conflict tells nothing of the other")
    func conflictsStayInTheTenant() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let theirs = try await installation.register("ada@example.com", in: shop)
        _ = try await installation.register("ada@example.com", in: blog)
        // With the id of a session that only the other tenant has, and of a user of the other's.
        let user = try #require(theirs.user).id
        let id = blog.tenant.id
        let same = NewSession(tenant: id, id: theirs.sessionID, userID: user, stamp: Installation.stamp)
        let start = SessionStatements.Start(session: same, name: nil, passwordVersion: 1, deviceIsRecognised: false)
        #expect(try await installation.serviceDatabase.first(SessionStatements.start, start, in: id) == nil)
        let foreign = try await refusedByServer {
            try await installation.serviceDatabase.execute(Self.foreignSession, (id, user), in: id)
        }
        let refusal = try #require(foreign, "a session of a user of another tenant")
        #expect(refusal.state == .foreignKeyViolation && refusal.constraint == "refresh_tokens_user_fkey")
        // Word for word what is said of a user who doesn't exist at all.
        let nobody = try await refusedByServer {
            try await installation.serviceDatabase.execute(Self.foreignSession, (id, UUID()), in: id)
        }
        let other = try #require(nobody, "a session of nobody")
        #expect(refusal.message == other.message && refusal.constraint == other.constraint)
    }

    private static let foreignSession = Statement<(tenant: UUID, user: UUID), Void>(
        "insert into refresh_tokens (tenant_id, id, user_id) values ($1, gen_random_uuid(), $2)",
        bind: { ($0.tenant, $0.user) })

    @Test("Rows refer to rows of their own tenant, functions run as who calls them, and nobody creates in public")
    func catalogueRules() async throws {
        let installation = try await Installation.make()
        func names(_ sql: String) async throws -> [String] {
            try await installation.ownerPool.query(
                Statement<Void, String>(sql, bind: { () }, row: { (name: String) in name }), ())
        }
        let loose = try await names(
            """
            select conname::text from pg_constraint c
            join pg_class t on t.oid = c.conrelid and t.relnamespace = 'public'::regnamespace
            join pg_attribute own on own.attrelid = c.conrelid and own.attname = 'tenant_id'
            join pg_attribute other on other.attrelid = c.confrelid
                and other.attname = case when c.confrelid = 'tenants'::regclass then 'id' else 'tenant_id' end
            where c.contype = 'f' and (c.conkey[1] <> own.attnum or c.confkey[1] <> other.attnum)
            """)
        #expect(loose == [])
        let functions = try await names(
            """
            select proname::text from pg_proc where pronamespace = 'public'::regnamespace
                and (prosecdef or proconfig is null or not 'search_path=pg_catalog, pg_temp' = any (proconfig))
            """)
        #expect(functions == [])
        let creators = try await names(
            """
            select r.rolname::text from pg_roles r
            where r.rolname in ('gh_service', 'gatehouse_service') and has_schema_privilege(r.oid, 'public', 'create')
            """)
        #expect(creators == [])
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
