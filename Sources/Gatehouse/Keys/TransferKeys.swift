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
            if state == .next {
                _ = try await store.transaction.execute(KeyStatements.discardNext, (store.tenant.id, use))
            }
            let key = try await store.store(material, for: use, as: state == .next ? .next : .retired)
            try await record(
                "keys.imported", in: store.transaction, tenant: store.tenant.id,
                detail: ["kid": .string(key.kid), "use": .string(use.rawValue), "state": .string(key.state.rawValue)])
            return key
        }
    }

    /// An access key as a JWK: its public half, or the shared secret of an HS256 key, which is recorded.
    ///
    /// Throws `keyNotFound`, and `guardRefused` for what never leaves: refresh keys and private halves.
    public func exportKey(tenant slug: String, kid: String, publicOnly: Bool) async throws -> JSONObject {
        let sealer = try requiredSealer()
        return try await changing(slug) { transaction, tenant in
            let keys = try await transaction.query(KeyStatements.all, tenant.id)
            guard let sealed = keys.first(where: { $0.key.kid == kid && $0.key.use == .access }) else {
                throw Refusal.keyNotFound
            }
            guard let material = try? sealed.opened(by: sealer, tenantID: tenant.id).material else {
                throw Refusal.keysUnavailable
            }
            if publicOnly {
                guard let jwk = material.publicJWK else {
                    throw Refusal.guardRefused("An HS256 key is a shared secret and has no public half.")
                }
                return jwk
            }
            guard material.algorithm == .hs256 else {
                throw Refusal.guardRefused("A private key doesn't leave Gatehouse; --public exports its public half.")
            }
            try await record(
                "keys.secret_exported", in: transaction, tenant: tenant.id, detail: ["kid": .string(kid)])
            return material.privateJWK()
        }
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
