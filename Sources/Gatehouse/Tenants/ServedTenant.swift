import Crypto
import FoundationEssentials

/// A tenant as a running instance holds it: settings, opened keys, and the JWKS document as the bytes to be sent.
public final class ServedTenant: Sendable {
    public let tenant: Tenant
    /// The `iss` of the tenant's access tokens.
    public let issuer: String
    public let accessKeys: KeyRing
    public let refreshKeys: KeyRing
    /// The JWKS document (RFC 7517): keys that are next, current or retired; never a secret one.
    public let jwks: [UInt8]
    /// The strong entity tag of `jwks`, quotes included.
    public let jwksETag: String
    /// When a retired key falls out of this view by itself; nil when nothing will.
    let validUntil: Date?
    /// Of two views of a tenant the one that was read later is taken.
    private let readAt: ContinuousClock.Instant

    /// Throws `keysUnavailable` unless both tokens of a session can be signed: asked before anything is written, so that
    /// a key that can't be used costs nobody their session.
    func requireSigningKeys() throws(Refusal) {
        guard accessKeys.signingKey != nil, refreshKeys.signingKey != nil else { throw .keysUnavailable }
    }

    /// This view of the tenant, unless the other one is of later.
    func replaced(by other: ServedTenant) -> ServedTenant {
        other.readAt > readAt ? other : self
    }

    /// - Parameter readAt: From when on it was read.
    init(
        tenant: Tenant, keys: [StoredKey.Opened], publicURL: String, at now: Date,
        readAt: ContinuousClock.Instant = .now
    ) {
        self.tenant = tenant
        self.readAt = readAt
        issuer = tenant.issuer(publicURL: publicURL)
        accessKeys = KeyRing(keys: keys.filter { $0.key.use == .access }.map(\.ringEntry))
        refreshKeys = KeyRing(keys: keys.filter { $0.key.use == .refresh }.map(\.ringEntry))
        jwks = accessKeys.publicKeySet(at: now).serialized()
        jwksETag = "\"\(Base64URL.encode(Array(SHA256.hash(data: jwks).prefix(16))))\""
        validUntil = keys.compactMap { $0.key.state == .retired ? $0.key.verifyUntil : nil }.filter { $0 > now }.min()
    }
}
