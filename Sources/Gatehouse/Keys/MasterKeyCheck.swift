import FoundationEssentials
import Postgres

/// Whether the master key at hand is the one of this database.
struct MasterKeyCheck: Sendable {
    let database: Database
    let sealer: KeySealer

    /// Throws `invalidSetting` when it can't be.
    ///
    /// The keys of the oldest tenant and of the newest tell, whatever the number of tenants: a key sealed under another
    /// master key names it, and `master-key rotate` goes from the newest to the oldest. Damage is a tenant's own matter.
    func refuseForeignKey() async throws {
        for tenant in try await database.untenanted.query(TenantStatements.ends, ()) {
            _ = try await database.query(KeyStatements.all, tenant, in: tenant).opened(by: sealer, tenantID: tenant)
        }
    }
}
