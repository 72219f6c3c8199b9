import FoundationEssentials
import Postgres

extension Administration {
    /// The keys of the tenant by use and age, revoked ones included.
    public func listKeys(tenant slug: String) async throws -> [StoredKey] {
        let tenant = try await showTenant(slug)
        return try await database.query(KeyStatements.all, tenant.id, in: tenant.id).map { $0.key }
    }

    /// Puts the next key to use, retires the current one and makes a fresh next, for one use or for both.
    ///
    /// Throws `guardRefused` while the next access key has been published for less than the JWKS `max-age`. An emergency
    /// revokes at once what the current key and those before it have signed; for refresh keys every session ends.
    public func rotateKeys(
        tenant slug: String, use: RotationUse, emergency: Bool, force: Bool
    ) async throws -> [KeyRotation] {
        try await changingKeys(of: slug) { store in
            let request = RotationRequest(
                emergency: emergency, force: force, jwksMaxAge: jwksMaxAge, now: clock.now())
            var rotations: [KeyRotation] = []
            for use in use.uses {
                rotations.append(try await rotate(use, request, in: store))
            }
            return rotations
        }
    }

    private func rotate(_ use: KeyUse, _ request: RotationRequest, in store: KeyStore) async throws -> KeyRotation {
        let tenant = store.tenant.id
        let plan = try RotationPlan(try await store.keys(use), use: use, request)
        var leaving: StoredKey?
        if let retired = plan.retired { leaving = try await store.retire(retired) }
        for key in plan.revoked {
            let revoked = try await store.revoke(key)
            if key.state == .current { leaving = revoked }
        }
        let promoted = if let next = plan.promoted { next } else { try await store.make(use, as: .next) }
        let current = try await store.promote(promoted)
        let next = try await store.make(use, as: .next)
        _ = try await store.transaction.execute(KeyStatements.removeExpired, tenant)
        if request.emergency, use == .refresh {
            _ = try await store.transaction.execute(SessionStatements.endAll, (tenant, nil, nil, .keysRevoked))
        }
        try await record(
            "keys.rotated", in: store.transaction, tenant: tenant,
            detail: [
                "use": .string(use.rawValue), "current": .string(current.kid), "next": .string(next.kid),
                "retired": leaving.map { .string($0.kid) } ?? .null, "emergency": .bool(request.emergency),
            ])
        return KeyRotation(use: use, current: current, retired: leaving, next: next)
    }

    /// Takes a key out of every use at once. The current one needs `force`: the next is promoted and a fresh next made.
    ///
    /// Throws `keyNotFound` and `guardRefused`. A key that is revoked already is answered as it is.
    public func revokeKey(tenant slug: String, kid: String, force: Bool) async throws -> StoredKey {
        try await changingKeys(of: slug) { store in
            let keys = try await store.keys()
            guard let key = keys.first(where: { $0.kid == kid }) else { throw Refusal.keyNotFound }
            guard key.state != .revoked else { return key }
            guard key.state != .current || force else {
                throw Refusal.guardRefused(
                    "This key signs the tenant's tokens; --force revokes it and puts the next one to use.")
            }
            let revoked = try await store.revoke(key)
            if key.state == .current {
                let next = keys.first { $0.use == key.use && $0.state == .next }
                _ = try await store.promote(if: next, for: key.use)
            }
            if key.state != .retired { _ = try await store.make(key.use, as: .next) }
            try await record(
                "keys.revoked", in: store.transaction, tenant: store.tenant.id,
                detail: ["kid": .string(kid), "use": .string(key.use.rawValue), "was": .string(key.state.rawValue)])
            return revoked
        }
    }
}

extension KeyStore {
    /// Promotes the key, or one made for it where there is none.
    fileprivate func promote(if next: StoredKey?, for use: KeyUse) async throws -> StoredKey {
        if let next { return try await promote(next) }
        return try await promote(try await make(use, as: .next))
    }
}
