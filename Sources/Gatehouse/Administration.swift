import FoundationEssentials
import Postgres

/// What an operator does to tenants, users, sessions and keys, as the owner of the database.
///
/// A change is one transaction, serialised per tenant by a lock on the tenant's row, and recorded with the actor. One user's are serialised
/// by a lock on the user's row instead, since `deleteUser` may hold that for long. Where a tenant may have millions of rows to change, it is
/// several: `deleteTenant`, `deleteWebhook`, `replayDeadWebhooks`, `retryMail`, `importUsers`, `EndSessions` and the emergency rotation say
/// so themselves, as does `rotateMasterKey`, which changes all tenants.
///
/// All throw `Refusal` for what can't be done, `tenantNotFound` where there is no tenant of that slug, and `PostgresError` for what the
/// database could not do.
public struct Administration: Sendable {
    let database: Database
    let sealer: KeySealer?
    let hasher: PasswordHasher
    /// Base of the issuers of tenants that don't set their own.
    public let publicURL: String
    let jwksMaxAge: Duration
    let trail: AuditTrail
    let clock: Clock
    /// How long ``EndSessions`` waits for sign-ins to be committed.
    var patience = EndSessions.usualPatience

    public init(
        database: Database, sealer: KeySealer?, hasher: PasswordHasher, publicURL: String, jwksMaxAge: Duration,
        actor: String, clock: Clock = .system
    ) {
        self.database = database
        self.sealer = sealer
        self.hasher = hasher
        self.publicURL = publicURL
        self.jwksMaxAge = jwksMaxAge
        self.clock = clock
        trail = AuditTrail(actor: actor, identifiers: IdentifierSource(clock: clock))
    }

    /// Whether the audit trail calls users, the service or an API client so; no operator is.
    public static func isReservedActor(_ name: String) -> Bool {
        name == AuditEvent.user || name == AuditEvent.service || name.hasPrefix(AuditEvent.clientPrefix)
    }

    /// The tenant of that slug, enabled or not. Throws `tenantNotFound`.
    public func showTenant(_ slug: String) async throws -> Tenant {
        guard let tenant = try await database.untenanted.first(TenantStatements.bySlug, slug) else {
            throw Refusal.tenantNotFound
        }
        return tenant
    }

    /// Runs `body` in a transaction of the tenant's that no other administration of it runs beside.
    func changing<R: Sendable>(
        _ slug: String, _ body: @escaping @Sendable (Transaction, Tenant) async throws -> R
    ) async throws -> R {
        let id = try await showTenant(slug).id
        return try await database.transaction(in: id) { transaction in
            guard let tenant = try await transaction.first(TenantStatements.bySlugLocked, slug), tenant.id == id else {
                throw Refusal.tenantNotFound
            }
            return try await body(transaction, tenant)
        }
    }

    /// The same, with the tenant's keys at hand; when they are due next is noted afterwards.
    ///
    /// Throws `invalidSetting` without a master key, and where it is not the one that the tenant's keys were sealed with.
    func changingKeys<R: Sendable>(
        of slug: String, _ body: @escaping @Sendable (KeyStore) async throws -> R
    ) async throws -> R {
        let sealer = try requiredSealer()
        return try await changing(slug) { transaction, tenant in
            let store = KeyStore(transaction: transaction, tenant: tenant, sealer: sealer)
            _ = try await store.damagedKeys()
            let result = try await body(store)
            try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            return result
        }
    }

    func requiredSealer() throws(Refusal) -> KeySealer {
        guard let sealer else {
            throw .invalidSetting(
                "A master key is needed for this: set GATEHOUSE_MASTER_KEY_FILE, GATEHOUSE_MASTER_KEY_COMMAND or GATEHOUSE_MASTER_KEY."
            )
        }
        return sealer
    }

    var identifiers: IdentifierSource { trail.identifiers }

    func record(
        _ type: AuditEventType, in transaction: Transaction, tenant: UUID, user: UUID? = nil, session: UUID? = nil,
        detail: JSONObject = [:]
    ) async throws {
        try await trail.record(type, in: transaction, tenant: tenant, user: user, session: session, detail: detail)
    }
}
