public import FoundationEssentials

/// A signing key as the database knows it, without its secret.
public struct StoredKey: Sendable, Equatable {
    public let kid: String
    public let use: KeyUse
    public let algorithm: SigningAlgorithm
    public let state: KeyState
    /// For a next key: when it was published.
    public let createdAt: Date
    public let activatedAt: Date?
    public let retiredAt: Date?
    /// For a retired key: when it stops to verify.
    public let verifyUntil: Date?
    /// Since when its secret is known outside, of an HS256 access key: it was handed out, which happens once, or came from there.
    let exportedAt: Date?

    /// A key with its secret as it is stored.
    struct Sealed: Sendable {
        let key: StoredKey
        let secret: [UInt8]

        func identity(in tenantID: UUID) -> KeyIdentity {
            KeyIdentity(tenantID: tenantID, kid: key.kid, use: key.use)
        }

        /// Throws `UnsealFailure`, `damaged` also for a secret that is none of the key's algorithm.
        func opened(by sealer: KeySealer, tenantID: UUID) throws(UnsealFailure) -> Opened {
            Opened(key: key, material: try material(of: try sealer.open(secret, for: identity(in: tenantID))))
        }

        /// Throws `damaged` for a secret that is none of the key's algorithm.
        func material(of opened: SigningSecret) throws(UnsealFailure) -> KeyMaterial {
            guard let material = try? KeyMaterial(algorithm: key.algorithm, secret: opened, kid: key.kid) else {
                throw .damaged
            }
            return material
        }
    }

    /// A key ready to use; without material when its secret could not be opened.
    struct Opened: Sendable {
        let key: StoredKey
        let material: KeyMaterial?

        var ringEntry: KeyRing.Entry {
            KeyRing.Entry(kid: key.kid, state: key.ringState, material: material)
        }
    }

    private var ringState: KeyRing.State {
        switch state {
        case .next: .next
        case .current: .current
        case .retired: .retired(verifyUntil: verifyUntil ?? .distantPast)
        case .revoked: .revoked
        }
    }
}

extension [StoredKey.Sealed] {
    /// The keys of one tenant, without material where they don't open: they have been altered.
    ///
    /// Throws `Refusal.invalidSetting` when none opens and they name another master key. All keys of a tenant are sealed
    /// under one, in one transaction; so where some open, a key that names another is damaged in just that place.
    func opened(by sealer: KeySealer, tenantID: UUID) throws(Refusal) -> [StoredKey.Opened] {
        var foreign: UnsealFailure?
        var opened: [StoredKey.Opened] = []
        for sealed in self {
            do throws(UnsealFailure) {
                opened.append(try sealed.opened(by: sealer, tenantID: tenantID))
            } catch {
                if error != .damaged { foreign = error }
                opened.append(StoredKey.Opened(key: sealed.key, material: nil))
            }
        }
        if let foreign, opened.allSatisfy({ $0.material == nil }) { throw .wrongMasterKey(foreign) }
        return opened
    }

    /// Names the master key that the keys of one tenant are sealed under; nil where none opens.
    func masterKeyID(openedBy sealer: KeySealer, in tenantID: UUID) -> String? {
        let good = first { (try? sealer.open($0.secret, for: $0.identity(in: tenantID))) != nil }
        return good.flatMap { KeySealer.masterKeyID(of: $0.secret) }
    }
}
