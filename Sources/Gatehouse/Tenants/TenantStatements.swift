import FoundationEssentials
import Postgres

/// A tenant's settings as the columns of `tenants` hold them, in the order every statement here names them.
private let settingColumns = """
    access_ttl_seconds, refresh_ttl_seconds, session_max_age_seconds, grace_seconds, reuse_policy, algorithm, \
    issuer, audience, password_min_length, allowed_origins, registration_open, rotate_every_seconds, \
    audit_retention_seconds, mail_from, app_url, require_verified_email, email_login
    """

let tenantColumns = "id, slug, name, \(settingColumns), disabled_at is null, created_at"

enum TenantStatements {
    /// The first part of a statement that writes rows which refer to the tenant `$1` and locks others before: `t` is its row.
    ///
    /// Whoever deletes a tenant locks it first and everything that belongs to it afterwards. Writers take the locks in the same order,
    /// lest each wait for the other.
    static let held = "t as materialized (select * from tenants where id = $1 for key share)"

    /// For a statement that has `held` the tenant: the user, who stays until its transaction ends. No row for one who is gone.
    static func person(_ user: String) -> String {
        "person as (select u.id from users u, t where u.tenant_id = t.id and u.id = \(user) for key share of u)"
    }

    static let bySlug = Statement<String, Tenant>(
        "select \(tenantColumns) from tenants where slug = $1", bind: { $0 }, row: Tenant.row)

    static let byID = Statement<UUID, Tenant>(
        "select \(tenantColumns) from tenants where id = $1", bind: { $0 }, row: Tenant.row)

    /// Locks the tenant against other administration; sign-ins and refreshes go on beside it.
    static let bySlugLocked = Statement<String, Tenant>(
        "select \(tenantColumns) from tenants where slug = $1 for no key update", bind: { $0 }, row: Tenant.row)

    /// Tenants whose keys ask for something, the longest waiting first. The one statement that looks for work.
    static let keysDue = Statement<Int, UUID>(
        "select id from tenants where keys_due_at <= now() order by keys_due_at limit $1", bind: { Int64($0) },
        row: { (id: UUID) in id })

    /// Locks a tenant for what is due; no row when that is done already, or when somebody else has the lock.
    static let dueLocked = Statement<UUID, Tenant>(
        """
        select \(tenantColumns) from tenants where id = $1 and keys_due_at <= now()
        for no key update skip locked
        """, bind: { $0 }, row: Tenant.row)

    static let setKeysDue = Statement<(id: UUID, due: Date?), Void>(
        "update tenants set keys_due_at = $2 where id = $1 and keys_due_at is distinct from $2",
        bind: { ($0.id, $0.due) })

    static let postponeKeys = Statement<UUID, Void>(
        """
        update tenants set keys_due_at = now() + interval '60 s'
        where id = (select id from tenants where id = $1 and keys_due_at <= now() for no key update skip locked)
        """, bind: { $0 })

    static let all = Statement<Void, Tenant>(
        "select \(tenantColumns) from tenants order by slug", bind: { () }, row: Tenant.row)

    static let newestFirst = Statement<Void, Tenant>(
        "select \(tenantColumns) from tenants order by created_at desc, id desc", bind: { () }, row: Tenant.row)

    static let isEnabled = Statement<UUID, Bool>(
        "select disabled_at is null from tenants where id = $1", bind: { $0 }, row: { (enabled: Bool) in enabled })

    /// The newest tenant and the oldest.
    static let ends = Statement<Void, UUID>(
        """
        select id from tenants where id in (
            (select id from tenants order by created_at, id limit 1),
            (select id from tenants order by created_at desc, id desc limit 1))
        order by created_at desc, id desc
        """, bind: { () }, row: { (id: UUID) in id })

    static let insert = Statement<(id: UUID, slug: String, name: String, settings: TenantSettings), Tenant>(
        """
        insert into tenants (id, slug, name, \(settingColumns))
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        returning \(tenantColumns)
        """,
        bind: {
            let s = $0.settings
            return (
                $0.id, $0.slug, $0.name, s.accessTTL.wholeSeconds, s.refreshTTL.wholeSeconds,
                s.sessionMaxAge.wholeSeconds, s.grace.wholeSeconds, s.reusePolicy.rawValue, s.algorithm.rawValue,
                s.issuer, s.audience, Int32(s.passwordMinLength), s.allowedOrigins, s.registrationOpen,
                s.rotateEvery?.wholeSeconds, s.auditRetention.wholeSeconds, s.mailFrom, s.appURL,
                s.requireVerifiedEmail, s.emailLogin.rawValue
            )
        },
        row: Tenant.row)

    static let update = Statement<(id: UUID, name: String, settings: TenantSettings), Tenant>(
        """
        update tenants set (name, \(settingColumns), updated_at)
            = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, now())
        where id = $1 returning \(tenantColumns)
        """,
        bind: {
            let s = $0.settings
            return (
                $0.id, $0.name, s.accessTTL.wholeSeconds, s.refreshTTL.wholeSeconds, s.sessionMaxAge.wholeSeconds,
                s.grace.wholeSeconds, s.reusePolicy.rawValue, s.algorithm.rawValue, s.issuer, s.audience,
                Int32(s.passwordMinLength), s.allowedOrigins, s.registrationOpen, s.rotateEvery?.wholeSeconds,
                s.auditRetention.wholeSeconds, s.mailFrom, s.appURL, s.requireVerifiedEmail, s.emailLogin.rawValue
            )
        },
        row: Tenant.row)

    static let setEnabled = Statement<(slug: String, enabled: Bool), Tenant>(
        """
        update tenants
        set disabled_at = case when $2 then null else coalesce(disabled_at, now()) end, updated_at = now()
        where slug = $1 returning \(tenantColumns)
        """,
        bind: { ($0.slug, $0.enabled) }, row: Tenant.row)

    static let delete = Statement<String, Void>("delete from tenants where slug = $1", bind: { $0 })
}

extension Tenant {
    /// The columns of `tenantColumns`, in order.
    @Sendable static func row(
        id: UUID, slug: String, name: String, accessTTL: Int32, refreshTTL: Int32, sessionMaxAge: Int32,
        grace: Int32, reusePolicy: String, algorithm: String, issuer: String?, audience: String?,
        passwordMinLength: Int32, allowedOrigins: [String], registrationOpen: Bool, rotateEvery: Int32?,
        auditRetention: Int32, mailFrom: String?, appURL: String?, requireVerifiedEmail: Bool, emailLogin: String,
        isEnabled: Bool, createdAt: Date
    ) throws -> Tenant {
        guard let policy = ReusePolicy(rawValue: reusePolicy), let algorithm = SigningAlgorithm(rawValue: algorithm),
            let emailLogin = EmailLogin(rawValue: emailLogin)
        else { throw UnknownStoredValue(column: "tenants.reuse_policy, tenants.algorithm or tenants.email_login") }
        return Tenant(
            id: id, slug: slug, name: name,
            settings: TenantSettings(
                accessTTL: .seconds(accessTTL), refreshTTL: .seconds(refreshTTL),
                sessionMaxAge: .seconds(sessionMaxAge),
                grace: .seconds(grace), reusePolicy: policy, algorithm: algorithm, issuer: issuer, audience: audience,
                passwordMinLength: Int(passwordMinLength), allowedOrigins: allowedOrigins,
                registrationOpen: registrationOpen, rotateEvery: rotateEvery.map { .seconds($0) },
                auditRetention: .seconds(auditRetention), mailFrom: mailFrom, appURL: appURL,
                requireVerifiedEmail: requireVerifiedEmail, emailLogin: emailLogin),
            isEnabled: isEnabled, createdAt: createdAt)
    }
}
