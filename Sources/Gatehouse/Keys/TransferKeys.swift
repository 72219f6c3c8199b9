import FoundationEssentials
import Postgres

/// As what an imported key starts its life here.
public enum ImportState: String, Sendable, CaseIterable {
    /// Verifies and is published, does not sign: tokens of the system that is being left stay valid.
    case retired
    /// Signs after the next rotation.
    case next
}

extension Administration {
    /// Takes over a key from another system; it keeps the `kid` it brings.
    ///
    /// Throws `invalidSetting` for a key that is no private JWK of an algorithm served here, or for a kid that exists.
    public func importKey(
        tenant slug: String, jwk: [UInt8], use: KeyUse, state: ImportState
    ) async throws -> StoredKey {
        let material = try Self.material(fromJWK: jwk)
        return try await changingKeys(of: slug) { store in
            try Self.check(material, fits: use, as: state, in: store.tenant)
            guard try await !store.keys().contains(where: { $0.kid == material.kid }) else {
                throw Refusal.invalidSetting("A key of this kid exists already.")
            }
            if state == .next { try await store.discardNext(use) }
            let key = try await store.store(material, for: use, as: state == .next ? .next : .retired)
            if use == .access, material.algorithm == .hs256 {
                _ = try await store.transaction.first(KeyStatements.markExported, (store.tenant.id, key.kid))
            }
            try await record(
                .keysImported, in: store.transaction, tenant: store.tenant.id,
                detail: ["kid": .string(key.kid), "use": .string(use.rawValue), "state": .string(key.state.rawValue)])
            return key
        }
    }

    /// An access key as a JWK: its public half, or the shared secret of an HS256 key, which happens once and is recorded.
    ///
    /// Throws `keyNotFound`, and `guardRefused` for what doesn't leave: refresh keys, private halves, and a secret that has been exported
    /// before or was imported.
    public func exportKey(tenant slug: String, kid: String, publicOnly: Bool) async throws -> JSONObject {
        let sealer = try requiredSealer()
        return try await changing(slug) { transaction, tenant in
            let keys = try await transaction.query(KeyStatements.all, tenant.id).opened(by: sealer, tenantID: tenant.id)
            guard let found = keys.first(where: { $0.key.kid == kid }) else { throw Refusal.keyNotFound }
            try Self.checkLeaving(found.key, publicOnly: publicOnly)
            guard let material = found.material else { throw Refusal.keysUnavailable }
            if publicOnly {
                guard let jwk = material.publicJWK else {
                    throw Refusal.guardRefused("An HS256 key is a shared secret and has no public half.")
                }
                return jwk
            }
            try await markExported(found.key, of: tenant, in: transaction)
            try await record(
                .keySecretExported, in: transaction, tenant: tenant.id, detail: ["kid": .string(kid)])
            // From now on the schedule leaves the rotation to the operator.
            try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            return material.privateJWK()
        }
    }

    /// Refuses what `exportKey` would refuse of a secret, so that nobody is asked to confirm what can't be. Changes nothing.
    public func checkExport(tenant slug: String, kid: String) async throws {
        let tenant = try await showTenant(slug).id
        let keys = try await database.query(KeyStatements.all, tenant, in: tenant).map(\.key)
        guard let key = keys.first(where: { $0.kid == kid }) else { throw Refusal.keyNotFound }
        try Self.checkLeaving(key, publicOnly: false)
        if key.exportedAt != nil { throw Self.exportedBefore(key) }
    }

    private static func checkLeaving(_ key: StoredKey, publicOnly: Bool) throws(Refusal) {
        guard key.use == .access else { throw .guardRefused("A refresh key doesn't leave Gatehouse.") }
        guard publicOnly || key.algorithm == .hs256 else {
            throw .guardRefused("A private key doesn't leave Gatehouse; --public exports its public half.")
        }
    }

    private func markExported(_ key: StoredKey, of tenant: Tenant, in transaction: Transaction) async throws {
        guard try await transaction.first(KeyStatements.markExported, (tenant.id, key.kid)) == nil else { return }
        throw Self.exportedBefore(key)
    }

    private static func exportedBefore(_ key: StoredKey) -> Refusal {
        let time = key.exportedAt.map { " at \(RFC3339.formatToTheSecond($0))" } ?? ""
        return .guardRefused(
            """
            The secret of this key was exported or imported\(time); it is exported once. \
            Where it is lost, export the next key and rotate when your app has it.
            """)
    }

    private static func material(fromJWK bytes: [UInt8]) throws(Refusal) -> KeyMaterial {
        guard let object = (try? JSON.parse(bytes))?.objectValue else {
            throw .invalidSetting("The file is not one JSON Web Key.")
        }
        do throws(FieldFault) {
            return try KeyMaterial(jwk: object)
        } catch {
            throw .invalidSetting(error.message)
        }
    }

    private static func check(
        _ material: KeyMaterial, fits use: KeyUse, as state: ImportState, in tenant: Tenant
    ) throws(Refusal) {
        if use == .refresh, material.algorithm != .hs256 {
            throw .invalidSetting("A refresh key is an HS256 key.")
        }
        if state == .next, material.algorithm != tenant.settings.algorithm(of: use) {
            throw .invalidSetting("A next key must have the tenant's algorithm; change that first with tenant update.")
        }
    }
}
