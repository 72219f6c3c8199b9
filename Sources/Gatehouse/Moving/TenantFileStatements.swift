import FoundationEssentials
import Postgres

/// Rows go in and out as JSON that PostgreSQL makes and reads: no list of columns stands here.
enum TenantFileStatements {
    static let columns = Statement<String, (name: String, isGenerated: Bool)>(
        """
        select attname::text, attgenerated <> '' from pg_attribute
        where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum
        """, bind: { $0 }, row: { (name: String, isGenerated: Bool) in (name, isGenerated) })

    static let settings = Statement<(tenant: UUID, left: [String]), PostgresJSON>(
        "select to_jsonb(t) - $2::text[] from tenants t where id = $1", bind: { ($0.tenant, $0.left) },
        row: { (row: PostgresJSON) in row })

    static let keys = Statement<(tenant: UUID, left: [String]), PostgresJSON>(
        "select to_jsonb(k) - $2::text[] from signing_keys k where tenant_id = $1 order by use, created_at, kid",
        bind: { ($0.tenant, $0.left) }, row: { (row: PostgresJSON) in row })

    static let templates = Statement<(tenant: UUID, left: [String]), PostgresJSON>(
        "select to_jsonb(m) - $2::text[] from mail_templates m where tenant_id = $1 order by kind, locale",
        bind: { ($0.tenant, $0.left) }, row: { (row: PostgresJSON) in row })

    typealias Page = (tenant: UUID, after: UUID, left: [String], limit: Int)

    /// Rows in the order of their ids, which the primary key has.
    static func page(of section: TenantFileSection) -> Statement<Page, (id: UUID, row: PostgresJSON)> {
        Statement(
            """
            select id, to_jsonb(r) - $3::text[] from \(section.table) r
            where tenant_id = $1 and id > $2 order by id limit $4
            """, bind: { ($0.tenant, $0.after, $0.left, Int64($0.limit)) },
            row: { (id: UUID, row: PostgresJSON) in (id, row) })
    }

    static let analyze = Statement<Void, Void>("analyze (skip_locked) users, refresh_tokens", bind: { () })

    static let exists = Statement<(id: UUID, slug: String), Bool>(
        "select exists (select from tenants where id = $1 or slug = $2)", bind: { ($0.id, $0.slug) },
        row: { (exists: Bool) in exists })

    /// The newest tenant apart from one: nobody changes its keys until the transaction ends.
    static let holdNewest = Statement<UUID, UUID>(
        "select id from tenants where id <> $1 order by created_at desc, id desc limit 1 for share", bind: { $0 },
        row: { (id: UUID) in id })

    /// - Parameter columns: Names that the table has, from `columns`; the others keep their defaults.
    static func insertTenant(
        _ columns: [String]
    ) -> Statement<(id: UUID, slug: String, settings: PostgresJSON), Void> {
        let list = quoted(columns)
        return Statement(
            """
            insert into tenants (id, slug\(list.map { ", \($0)" }.joined()))
            select $1, $2\(list.map { ", r.\($0)" }.joined()) from jsonb_populate_record(null::tenants, $3) r
            """, bind: { ($0.id, $0.slug, $0.settings) })
    }

    /// - Parameter columns: As above; no row can name another tenant.
    static func insert(
        into section: TenantFileSection, _ columns: [String]
    ) -> Statement<(tenant: UUID, rows: PostgresJSON), Void> {
        let list = quoted(columns)
        return Statement(
            """
            insert into \(section.table) (tenant_id\(list.map { ", \($0)" }.joined()))
            select $1\(list.map { ", r.\($0)" }.joined()) from jsonb_populate_recordset(null::\(section.table), $2) r
            """, bind: { ($0.tenant, $0.rows) })
    }

    static let setIssuer = Statement<(id: UUID, issuer: String), Tenant>(
        "update tenants set issuer = $2 where id = $1 returning \(tenantColumns)", bind: { ($0.id, $0.issuer) },
        row: Tenant.row)

    private static func quoted(_ columns: [String]) -> [String] {
        columns.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
    }
}
