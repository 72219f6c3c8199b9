import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

/// What row-level security does to the rows of every table that has a tenant.
@Suite(.installation) struct TenantRowsTests {
    private struct Rows: Sendable, Equatable {
        let shop: Int
        let blog: Int
    }

    private typealias Tenants = (shop: UUID, blog: UUID)

    @Test("Of every tenant table one sees and writes rows of the tenant that is set, and none without")
    func rows() async throws {
        let installation = try await Installation.make(limits: .standard)
        let shop = try await installation.filledTenant("shop").tenant.id
        let blog = try await installation.filledTenant("blog").tenant.id
        // The owner has every right, so that nothing but the policy can keep a row from them, or a write.
        #expect(try await installation.ownerPool.first(Self.ownerIsBound, ()) == true)
        for table in try await tenantTables(of: installation) {
            let rows = Statement<Tenants, Rows>(
                """
                select count(*) filter (where tenant_id = $1), count(*) filter (where tenant_id = $2) from \(table)
                """, bind: { ($0.shop, $0.blog) }, row: { (shop: Int, blog: Int) in Rows(shop: shop, blog: blog) })
            let all = Rows(
                shop: try await installation.rowCount("\(table) where tenant_id = '\(shop.lowercaseString)'"),
                blog: try await installation.rowCount("\(table) where tenant_id = '\(blog.lowercaseString)'"))
            try #require(all.shop > 0 && all.blog > 0, "\(table) is empty: have filledTenant put something there")
            for pool in [installation.ownerPool, installation.serviceDatabase.untenanted] {
                let unset = try await pool.first(rows, (shop, blog))
                let ofBlog = try await pool.first(rows, (shop, blog), settings: [Self.setting(blog)])
                let ofShop = try await pool.first(rows, (shop, blog), settings: [Self.setting(shop)])
                #expect(unset == Rows(shop: 0, blog: 0), "\(table)")
                #expect(ofBlog == Rows(shop: 0, blog: all.blog), "\(table)")
                #expect(ofShop == Rows(shop: all.shop, blog: 0), "\(table)")
            }
            // A policy is asked before any constraint: what it lets through lacks most columns.
            let insert = Statement<UUID, Void>("insert into \(table) (tenant_id) values ($1)", bind: { $0 })
            let asBlog = try await refusedByServer {
                try await installation.ownerPool.execute(insert, shop, settings: [Self.setting(blog)])
            }
            #expect(asBlog?.state == .insufficientPrivilege, "\(table)")
            let asShop = try await refusedByServer {
                try await installation.ownerPool.execute(insert, shop, settings: [Self.setting(shop)])
            }
            #expect(asShop?.state == SQLState(rawValue: "23502"), "\(table)")
        }
    }

    private struct Policy: Sendable {
        let table: String
        /// Whether it is for all commands and all roles.
        let isForAll: Bool
        let read: String?
        let written: String?
    }

    @Test("What permits anything in a tenant table is one policy: the row's tenant is the one that is set, both ways")
    func policies() async throws {
        let installation = try await Installation.make()
        let tables = try await tenantTables(of: installation)
        let permissive = try await installation.ownerPool.query(Self.permissive, ())
        #expect(permissive.map(\.table) == tables)
        let own = "(tenant_id = (NULLIF(current_setting('gatehouse.tenant_id'::text, true), ''::text))::uuid)"
        for policy in permissive {
            #expect(policy.isForAll, "\(policy.table)")
            #expect(policy.read == own, "\(policy.table)")
            #expect(policy.written == own, "\(policy.table)")
        }
    }

    private static let permissive = Statement<Void, Policy>(
        """
        select c.relname::text, p.polcmd = '*' and p.polroles = '{0}', pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid)
        from pg_policy p join pg_class c on c.oid = p.polrelid and c.relnamespace = 'public'::regnamespace
        where p.polpermissive order by 1
        """,
        bind: { () },
        row: { (table: String, isForAll: Bool, read: String?, written: String?) in
            Policy(table: table, isForAll: isForAll, read: read, written: written)
        })

    private static let ownerIsBound = Statement<Void, Bool>(
        """
        select bool_and(c.relowner = r.oid and not r.rolsuper and not r.rolbypassrls)
        from pg_class c, pg_roles r
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and r.rolname = current_user
        """, bind: { () }, row: { (bound: Bool) in bound })

    private func tenantTables(of installation: Installation) async throws -> [String] {
        try await installation.ownerPool.query(RowLevelSecurityTests.tables, ()).filter(\.hasTenant).map(\.name)
    }

    private static func setting(_ tenant: UUID) -> LocalSetting {
        LocalSetting("gatehouse.tenant_id", tenant.lowercaseString)
    }
}

extension Installation {
    /// A tenant with something in every table that has tenants, where the limits count.
    func filledTenant(_ slug: String = "shop") async throws -> ServedTenant {
        let tenant = try await tenant(slug)
        _ = try await administration.createClient(tenant: slug, name: "Backend")
        _ = try await webhook("https://app.example/hooks", of: slug)
        _ = try await administration.setMailTemplate(
            tenant: slug, kind: .passwordReset, locale: nil, subject: "Reset", text: "{{token}}", html: nil)
        _ = try await register(in: tenant)
        await failToLogIn(in: tenant)
        _ = try await resetLetter(in: tenant)
        try await enqueue(.passwordReset, in: tenant)
        // Whoever asks for the letters of another tenant leaves this one where it is.
        try await asSuperuser("update deliveries set due_at = now() + interval '1 h'")
        return tenant
    }
}
