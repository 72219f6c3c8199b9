import FoundationEssentials
import Postgres

/// When the keys of one tenant ask for something; decided from what is stored, without a look at any clock.
struct KeySchedule: Sendable {
    let keys: [StoredKey]
    /// Nil where nothing rotates by itself.
    let rotateEvery: Duration?
    /// How long apps may keep the key set they have fetched.
    let jwksMaxAge: Duration

    init(keys: [StoredKey], of tenant: Tenant, jwksMaxAge: Duration) {
        self.keys = keys
        // Nobody can fetch the key set of a disabled tenant, so no next key gets known meanwhile.
        rotateEvery = tenant.isEnabled ? tenant.settings.rotateEvery : nil
        self.jwksMaxAge = jwksMaxAge
    }

    /// When the access keys are rotated by the schedule, which is never before every app can have seen the next key: the last instance
    /// that had not heard of it stopped serving the older set `TenantDirectory.longestUnheard` after it was made, and what was fetched
    /// there is kept for the JWKS `max-age`. Nil where nothing rotates by itself.
    var rotationDue: Date? {
        guard let rotateEvery, let current = accessKey(.current), let activated = current.activatedAt else {
            return nil
        }
        let wanted = activated + rotateEvery
        guard let next = accessKey(.next) else { return wanted }
        guard !Self.isHandedOver(next, after: current) else { return nil }
        return max(wanted, next.createdAt + TenantDirectory.longestUnheard + jwksMaxAge)
    }

    /// Whether apps that verify for themselves are given the next key by hand: a shared secret is in no key set, and only an operator knows
    /// when they have it. Where neither secret is known outside no app verifies for itself.
    private static func isHandedOver(_ next: StoredKey, after current: StoredKey) -> Bool {
        guard next.algorithm == .hs256 else { return false }
        return current.algorithm != .hs256 || current.exportedAt != nil || next.exportedAt != nil
    }

    /// When the first retired key has nothing left to verify.
    var removalDue: Date? {
        keys.compactMap { $0.state == .retired ? $0.verifyUntil : nil }.min()
    }

    func accessKey(_ state: KeyState) -> StoredKey? {
        keys.first { $0.use == .access && $0.state == state }
    }

    /// Notes for whichever instance looks when something is due next. The caller holds the tenant's lock.
    static func note(in transaction: Transaction, of tenant: Tenant, jwksMaxAge: Duration) async throws {
        let keys = try await transaction.query(KeyStatements.all, tenant.id).map(\.key)
        let schedule = KeySchedule(keys: keys, of: tenant, jwksMaxAge: jwksMaxAge)
        let due = [schedule.rotationDue, schedule.removalDue].compactMap { $0 }.min()
        _ = try await transaction.execute(TenantStatements.setKeysDue, (tenant.id, due))
    }
}
