import FoundationEssentials
import Postgres

extension Administration {
    /// The keys of the tenant by use and age, revoked ones included, with what becomes of each.
    public func listKeys(tenant slug: String) async throws -> [ForecastKey] {
        let tenant = try await showTenant(slug)
        let keys = try await database.query(KeyStatements.all, tenant.id, in: tenant.id).map(\.key)
        let schedule = KeySchedule(keys: keys, of: tenant, jwksMaxAge: jwksMaxAge)
        return keys.map { ForecastKey($0, schedule) }
    }

    /// Puts the next key to use, retires the current one and makes a fresh next, for one use or for both.
    ///
    /// Throws `guardRefused` while verifiers may not have seen the next access key, and for a current key that is damaged, which is to be
    /// revoked instead. An emergency asks neither, and revokes at once what the current key and those before it have signed; for refresh
    /// keys every session ends.
    ///
    /// The keys are committed and announced before any session is ended: a stolen key is worth nothing from then on, however many
    /// sessions there are and whoever holds them. Throws ``UnfinishedEnding`` where the keys are revoked and sessions are left, and where
    /// nobody knows whether the keys are revoked.
    public func rotateKeys(
        tenant slug: String, use: RotationUse, emergency: Bool, force: Bool
    ) async throws -> [KeyRotation] {
        let request = RotationRequest(emergency: emergency, force: force, jwksMaxAge: jwksMaxAge)
        guard emergency, use.uses.contains(.refresh) else {
            return try await rotate(use, of: slug, request).rotations
        }
        let (tenant, rotations) = try await revoking(use, of: slug, request)
        _ = try await endAllSessions(of: tenant, slug, .keysRevoked)
        return rotations
    }

    private func revoking(
        _ use: RotationUse, of slug: String, _ request: RotationRequest
    ) async throws -> (tenant: UUID, rotations: [KeyRotation]) {
        do {
            return try await rotate(use, of: slug, request)
        } catch let error as PostgresError where error.mayHaveCommitted {
            throw UnfinishedEnding(notKnownToBegin: error)
        }
    }

    private func rotate(
        _ use: RotationUse, of slug: String, _ request: RotationRequest
    ) async throws -> (tenant: UUID, rotations: [KeyRotation]) {
        try await changingKeys(of: slug) { store in
            let rotate = RotateKeys(store: store, trail: trail, request: request)
            var rotations: [KeyRotation] = []
            for use in use.uses { rotations.append(try await rotate(use)) }
            return (store.tenant.id, rotations)
        }
    }

    /// Takes a key out of every use at once. The current one needs `force`: the next is promoted and a fresh next made.
    ///
    /// Throws `keyNotFound` and `guardRefused`. A key that is revoked already is answered as it is.
    public func revokeKey(tenant slug: String, kid: String, force: Bool) async throws -> StoredKey {
        try await changingKeys(of: slug) { store in
            guard let key = try await store.keys().first(where: { $0.kid == kid }) else { throw Refusal.keyNotFound }
            guard key.state != .revoked else { return key }
            guard key.state != .current || force else {
                throw Refusal.guardRefused(
                    "This key signs the tenant's tokens; --force revokes it and puts the next one to use.")
            }
            let damaged = try await store.damagedKeys()
            let revoked = try await store.revoke(key)
            if key.state == .current {
                let next = try await store.keys(key.use).first { $0.state == .next }
                let isDamaged = next.map { damaged.contains($0.kid) } ?? false
                if isDamaged { try await store.discardNext(key.use) }
                _ = try await store.promote(orMake: isDamaged ? nil : next, for: key.use)
            }
            if key.state != .retired { _ = try await store.make(key.use, as: .next) }
            try await record(
                .keysRevoked, in: store.transaction, tenant: store.tenant.id,
                detail: ["kid": .string(kid), "use": .string(key.use.rawValue), "was": .string(key.state.rawValue)])
            return revoked
        }
    }
}

extension PostgresError {
    /// Whether the work may stand though it failed.
    fileprivate var mayHaveCommitted: Bool {
        switch self {
        case .commitUnconfirmed, .connectionLost(_, outcomeUnknown: true): true
        default: false
        }
    }
}
