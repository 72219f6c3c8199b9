import CoreMetrics
import FoundationEssentials
import Logging
import Postgres

/// Reads a tenant and opens its keys. A key that can't be opened stays without its material, so that it fails closed
/// for itself alone.
struct TenantLoader: Sendable {
    let database: Database
    let sealer: KeySealer
    let publicURL: String
    let clock: Clock
    let logger: Logger
    var metrics = KeyMetrics()

    /// - Parameter known: The tenant that had the slug before. It pays for the question, whatever the answer is; a slug that
    ///   isn't known may be made up, and is asked for among all such.
    func load(_ slug: String, onAccountOf known: UUID? = nil) async throws -> ServedTenant {
        let readAt = ContinuousClock.now
        do {
            guard let tenant = try await row(of: slug, onAccountOf: known) else { throw Refusal.tenantNotFound }
            let sealed = try await database.query(KeyStatements.all, tenant.id, in: tenant.id)
            let keys = sealed.map { open($0, of: tenant) }
            return ServedTenant(tenant: tenant, keys: keys, publicURL: publicURL, at: clock.now(), readAt: readAt)
        } catch let error as PostgresError {
            // Why the database can't be asked is for the log.
            guard let refusal = Refusal(from: error), refusal != .databaseUnavailable else { throw error }
            throw refusal
        }
    }

    private func row(of slug: String, onAccountOf known: UUID?) async throws(PostgresError) -> Tenant? {
        guard let known else { return try await database.lookUp(TenantStatements.bySlug, slug) }
        return try await database.first(TenantStatements.bySlug, slug, in: known)
    }

    private func open(_ sealed: StoredKey.Sealed, of tenant: Tenant) -> StoredKey.Opened {
        do {
            return try sealed.opened(by: sealer, tenantID: tenant.id)
        } catch {
            guard sealed.key.state != .revoked else { return StoredKey.Opened(key: sealed.key, material: nil) }
            metrics.unusable.increment()
            logger.error(
                "A signing key can't be opened; its tokens are answered 503 until it can.",
                metadata: [
                    "tenant": "\(tenant.slug)", "kid": "\(sealed.key.kid)", "state": "\(sealed.key.state.rawValue)",
                    "reason": "\(error)",
                ])
            return StoredKey.Opened(key: sealed.key, material: nil)
        }
    }
}
