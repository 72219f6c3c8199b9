public import FoundationEssentials

/// The signing keys of one tenant for one use, ready to use.
public struct KeyRing: Sendable {
    public enum State: Sendable, Equatable {
        case next
        case current
        /// Verifies until this time.
        case retired(verifyUntil: Date)
        case revoked
    }

    public struct Entry: Sendable {
        public let kid: String
        public let state: State
        /// Nil when the key could not be unsealed, or has been revoked and forgotten.
        public let material: KeyMaterial?

        public init(kid: String, state: State, material: KeyMaterial?) {
            self.kid = kid
            self.state = state
            self.material = material
        }
    }

    /// Tells one ring from another, however alike: what one has found out about a token holds for no other.
    final class Identity: Sendable {}

    public let keys: [Entry]
    /// The current key, if it can be used.
    public let signingKey: KeyMaterial?
    let identity = Identity()

    public init(keys: [Entry]) {
        self.keys = keys
        signingKey = keys.first { $0.state == .current }?.material
    }

    /// Whether the key exists and should verify, but could not be opened.
    func isUnusable(_ kid: String, at now: Date) -> Bool {
        guard let entry = entry(kid), entry.material == nil else { return false }
        return switch entry.state {
        case .next, .current: true
        case .retired(let verifyUntil): now < verifyUntil
        case .revoked: false
        }
    }

    public func entry(_ kid: String) -> Entry? {
        keys.first { $0.kid.hasSameCodePoints(as: kid) }
    }

    /// The key that begins its tokens of this type with this header, encoded as it stands in them.
    func key(withHeader header: ArraySlice<UInt8>, of type: TokenType) -> KeyMaterial? {
        for entry in keys {
            if let key = entry.material, key.encodedHeaders[type][...] == header { return key }
        }
        return nil
    }

    /// The key set that verifiers fetch (RFC 7517): public keys that are next, current, or retired and still verifying.
    public func publicKeySet(at now: Date) -> JSONObject {
        ["keys": .array(keys.filter { $0.isPublished(at: now) }.compactMap { $0.material?.publicJWK.map(JSON.object) })]
    }

    /// Decides whether the token was signed by one of these keys as a token of this type; its claims are not looked at.
    ///
    /// The next key counts, because another instance may have put it to use already. Throws, in this order:
    /// `unknownKey` (also for a key whose time is over or that could not be unsealed), `wrongAlgorithm`, `badSignature`,
    /// `revokedKey` and `wrongType`.
    public func verify(_ token: CompactJWS, expecting type: TokenType, at now: Date) throws(TokenFault) {
        guard let entry = entry(token.kid) else { throw .unknownKey }
        guard let key = entry.material else { throw entry.state == .revoked ? .revokedKey : .unknownKey }
        if case .retired(let verifyUntil) = entry.state, verifyUntil <= now { throw .unknownKey }
        guard token.algorithm == key.algorithm else { throw .wrongAlgorithm }
        guard key.isValid(signature: token.signature, for: token.signingInput) else { throw .badSignature }
        guard entry.state != .revoked else { throw .revokedKey }
        guard token.type == type.rawValue else { throw .wrongType }
    }
}

extension KeyRing.Entry {
    fileprivate func isPublished(at now: Date) -> Bool {
        switch state {
        case .next, .current: true
        case .retired(let verifyUntil): now < verifyUntil
        case .revoked: false
        }
    }
}
