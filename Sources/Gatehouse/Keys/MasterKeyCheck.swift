import FoundationEssentials
import Postgres

/// Whether the master key at hand is the one of this database.
struct MasterKeyCheck: Sendable {
    let database: Database
    let sealer: KeySealer

    /// Names the master key of the newest tenant, under which another one's keys belong; nil without tenants. Throws
    /// `invalidSetting` when it can't be the one at hand.
    ///
    /// The keys of the oldest tenant and of the newest tell, whatever the number of tenants: a key sealed under another
    /// master key names it, and `master-key rotate` goes from the newest to the oldest. Damage is a tenant's own matter.
    @discardableResult
    func refuseForeignKey() async throws -> String? {
        var newest: String?
        for tenant in try await database.untenanted.query(TenantStatements.ends, ()) {
            let sealed = try await database.query(KeyStatements.all, tenant, in: tenant)
            let opened = try sealed.opened(by: sealer, tenantID: tenant)
            let good = zip(sealed, opened).first { $1.material != nil }?.0
            newest = newest ?? good.flatMap { KeySealer.masterKeyID(of: $0.secret) }
        }
        return newest
    }
}
