import FoundationEssentials
import Postgres

/// Puts the next key of one use to use, retires the current one and makes a fresh next: for the operator and for the
/// schedule alike, in a transaction that holds the tenant's lock.
struct RotateKeys: Sendable {
    let store: KeyStore
    let trail: AuditTrail
    let request: RotationRequest

    /// Throws `guardRefused` with nothing written.
    func callAsFunction(_ use: KeyUse) async throws -> KeyRotation {
        let plan = try RotationPlan(try await situation(of: use), use: use, request)
        var leaving: StoredKey?
        if let retired = plan.retired { leaving = try await store.retire(retired) }
        for key in plan.revoked {
            let revoked = try await store.revoke(key)
            if key.state == .current { leaving = revoked }
        }
        if plan.discardsNext { try await store.discardNext(use) }
        let current = try await store.promote(orMake: plan.promoted, for: use)
        let rotation = KeyRotation(
            use: use, current: current, retired: leaving, next: try await store.make(use, as: .next))
        try await store.removeExpired()
        try await record(rotation)
        return rotation
    }

    private func situation(of use: KeyUse) async throws -> RotationSituation {
        let now = try await store.now()
        // Ids begin with the time of another clock, perhaps, which is granted a minute.
        let since = UUID(version7At: now - request.jwksMaxAge - .seconds(60), random: 0)
        return RotationSituation(
            slug: store.tenant.slug, keys: try await store.keys(use), damaged: try await store.damagedKeys(),
            last: try await store.transaction.first(AuditStatements.lastRotation, (store.tenant.id, use, since)),
            now: now)
    }

    private func record(_ rotation: KeyRotation) async throws {
        try await trail.record(
            .keysRotated, in: store.transaction, tenant: store.tenant.id,
            detail: [
                "use": .string(rotation.use.rawValue), "current": .string(rotation.current.kid),
                "next": .string(rotation.next.kid), "retired": rotation.retired.map { .string($0.kid) } ?? .null,
                "emergency": .bool(request.emergency), "trigger": .string(request.trigger.rawValue),
            ])
    }
}
