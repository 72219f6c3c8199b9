public import FoundationEssentials

/// Where a signing key is in its life: next → current → retired → gone, and revoked from anywhere.
public enum KeyState: String, Sendable, CaseIterable {
    /// Published, does not sign yet.
    case next
    /// Signs; exactly one per tenant and use.
    case current
    /// Verifies what it signed, until all of that has expired.
    case retired
    /// Verifies nothing.
    case revoked
}

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

    /// A key with its secret as it is stored.
    struct Sealed: Sendable {
        let key: StoredKey
        let secret: [UInt8]

        func opened(by sealer: KeySealer, tenantID: UUID) throws -> Opened {
            let identity = KeyIdentity(tenantID: tenantID, kid: key.kid, use: key.use)
            let secret = try sealer.open(secret, for: identity)
            return Opened(
                key: key, material: try KeyMaterial(algorithm: key.algorithm, secret: secret, kid: key.kid))
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
