import FoundationEssentials
import Postgres

/// A tenant's keys inside one transaction that holds the tenant's lock.
struct KeyStore: Sendable {
    let transaction: Transaction
    let tenant: Tenant
    let sealer: KeySealer
    /// Names the master key that the keys of a tenant are sealed under who has none yet.
    var firstMasterKeyID: String? = nil

    func keys(_ use: KeyUse? = nil) async throws -> [StoredKey] {
        try await transaction.query(KeyStatements.all, tenant.id).map(\.key).filter { use == nil || $0.use == use }
    }

    /// The keys whose stored form has been altered, by kid.
    ///
    /// Throws `invalidSetting` when they were sealed under a master key that is not at hand: what would be sealed here, no
    /// running instance could open.
    func damagedKeys() async throws -> Set<String> {
        let sealed = try await transaction.query(KeyStatements.all, tenant.id)
        let opened = try sealed.opened(by: sealer, tenantID: tenant.id)
        return Set(opened.filter { $0.material == nil }.map(\.key.kid))
    }

    /// The database's time, which every state is dated by.
    func now() async throws -> Date {
        guard let now = try await transaction.first(DatabaseClock.now, ()) else { throw Refusal.databaseUnavailable }
        return now
    }

    /// Makes a key by the tenant's settings and stores it sealed.
    func make(_ use: KeyUse, as state: KeyState) async throws -> StoredKey {
        try await store(.generate(tenant.settings.algorithm(of: use)), for: use, as: state)
    }

    func store(_ material: KeyMaterial, for use: KeyUse, as state: KeyState) async throws -> StoredKey {
        let identity = KeyIdentity(tenantID: tenant.id, kid: material.kid, use: use)
        let new = SealedNewKey(
            identity: identity, algorithm: material.algorithm, state: state,
            secret: try sealer.seal(material.secret, for: identity, under: try await masterKeyID()),
            lifetime: tenant.settings.lifetime(of: use))
        return try await expect(transaction.first(KeyStatements.insert, new))
    }

    /// That of the tenant's other keys: while the master key is being changed some instances have the old one alone, and
    /// only `master-key rotate`, which asks them first, moves a tenant.
    func masterKeyID() async throws -> String? {
        let sealed = try await transaction.query(KeyStatements.all, tenant.id)
        return sealed.masterKeyID(openedBy: sealer, in: tenant.id) ?? firstMasterKeyID
    }

    func promote(_ key: StoredKey) async throws -> StoredKey {
        try await expect(
            transaction.first(KeyStatements.promote, (tenant.id, key.kid, tenant.settings.lifetime(of: key.use))))
    }

    func retire(_ key: StoredKey) async throws -> StoredKey {
        try await expect(transaction.first(KeyStatements.retire, (tenant.id, key.kid)))
    }

    func revoke(_ key: StoredKey) async throws -> StoredKey {
        try await expect(transaction.first(KeyStatements.revoke, (tenant.id, key.kid)))
    }

    func replaceNext(_ use: KeyUse) async throws -> StoredKey {
        try await discardNext(use)
        return try await make(use, as: .next)
    }

    /// Puts this key to use, or one made for it where there is none.
    func promote(orMake next: StoredKey?, for use: KeyUse) async throws -> StoredKey {
        if let next { return try await promote(next) }
        return try await promote(try await make(use, as: .next))
    }

    func discardNext(_ use: KeyUse) async throws {
        _ = try await transaction.execute(KeyStatements.discardNext, (tenant.id, use))
    }

    func removeExpired() async throws {
        _ = try await transaction.execute(KeyStatements.removeExpired, tenant.id)
    }

    /// The lock is held, so what was read a moment ago is still so; anything else is a defect, and rolls back.
    private func expect(_ key: StoredKey?) throws -> StoredKey {
        guard let key else { throw Refusal.keyNotFound }
        return key
    }
}

extension Refusal {
    static func wrongMasterKey(_ failure: UnsealFailure) -> Refusal {
        .invalidSetting(
            "The master key is not the one that this database's signing keys were sealed with\(failure.idInWords).")
    }
}

extension UnsealFailure {
    fileprivate var idInWords: String {
        if case .unknownMasterKey(let id) = self { ": they name the key \(id)" } else { "" }
    }
}
