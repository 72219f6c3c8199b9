import Crypto
import FoundationEssentials

/// A signing key, parsed once and ready to sign and verify.
public struct KeyMaterial: Sendable, Redacted {
    /// HS256 asks for a secret at least as long as its output (RFC 7518 section 3.2).
    static let sharedSecretLengths = 32...1024

    enum Key: Sendable {
        case es256(P256.Signing.PrivateKey, P256.Signing.PublicKey)
        case edDSA(Curve25519.Signing.PrivateKey, Curve25519.Signing.PublicKey)
        /// The secret, and a code that has taken it in and no message yet: two of the hashes that a code costs.
        case hs256(SymmetricKey, HMAC<SHA256>)
    }

    /// What it consists of, in an object: every request hands keys on, and would count a dozen references each time.
    private final class Parts: Sendable {
        let key: Key
        let kid: String
        let encodedHeaders: EncodedHeaders

        init(key: Key, kid: String) {
            self.key = key
            self.kid = kid
            encodedHeaders = EncodedHeaders(algorithm: key.algorithm, kid: kid)
        }
    }

    private let parts: Parts

    var key: Key { parts.key }
    /// The key's name: 1–128 printable ASCII characters.
    public var kid: String { parts.kid }
    /// The headers of the tokens it signs, encoded once: they are the same in all of a type.
    var encodedHeaders: EncodedHeaders { parts.encodedHeaders }

    public var algorithm: SigningAlgorithm { key.algorithm }

    init(key: Key, kid: String? = nil) {
        let kid = kid ?? key.publicMembers.map(Self.thumbprint(ofMembers:)) ?? Self.randomKid()
        parts = Parts(key: key, kid: kid)
    }

    /// A new random key whose `kid` doesn't begin with a hyphen, so that no command line takes it for an option: one key
    /// in 64 is thrown away for that.
    public static func generate(_ algorithm: SigningAlgorithm) -> KeyMaterial {
        while true {
            let key = random(algorithm)
            if !key.kid.hasPrefix("-") { return key }
        }
    }

    private static func random(_ algorithm: SigningAlgorithm) -> KeyMaterial {
        switch algorithm {
        case .es256: KeyMaterial(key: Key(P256.Signing.PrivateKey()))
        case .edDSA: KeyMaterial(key: Key(Curve25519.Signing.PrivateKey()))
        case .hs256: KeyMaterial(key: Key(SymmetricKey(size: .bits256)))
        }
    }

    /// Restores a key from its secret.
    ///
    /// Without a `kid` the key gets the RFC 7638 thumbprint of its public half, or a random one for HS256. Throws
    /// `invalid_key` when the secret is none of this algorithm's, or the `kid` is out of bounds.
    public init(
        algorithm: SigningAlgorithm, secret: SigningSecret, kid: String? = nil
    ) throws(FieldFault) {
        if let kid, !Self.isValidKid(kid) { throw .invalidKid }
        self.init(key: try Key(algorithm, secret), kid: kid)
    }

    /// The secret, to be sealed.
    public var secret: SigningSecret {
        switch key {
        case .es256(let privateKey, _):
            var bytes = privateKey.rawRepresentation
            return SigningSecret(wiping: &bytes)
        case .edDSA(let privateKey, _):
            // Not to be wiped: these bytes are the key's own memory, lent without a copy.
            return SigningSecret(SymmetricKey(data: privateKey.rawRepresentation))
        case .hs256(let secret, _):
            return SigningSecret(secret)
        }
    }

    static func isValidKid(_ kid: String) -> Bool {
        1...128 ~= kid.utf8.count && kid.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func randomKid() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}

extension KeyMaterial.Key {
    var algorithm: SigningAlgorithm {
        switch self {
        case .es256: .es256
        case .edDSA: .edDSA
        case .hs256: .hs256
        }
    }

    init(_ privateKey: P256.Signing.PrivateKey) { self = .es256(privateKey, privateKey.publicKey) }
    init(_ privateKey: Curve25519.Signing.PrivateKey) { self = .edDSA(privateKey, privateKey.publicKey) }
    init(_ secret: SymmetricKey) { self = .hs256(secret, HMAC(key: secret)) }

    fileprivate init(_ algorithm: SigningAlgorithm, _ secret: SigningSecret) throws(FieldFault) {
        switch algorithm {
        case .es256:
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: secret.bytes) else { throw .notASecret }
            self.init(key)
        case .edDSA:
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret.bytes) else {
                throw .notASecret
            }
            self.init(key)
        case .hs256:
            guard KeyMaterial.sharedSecretLengths ~= secret.byteCount else { throw .badSecretLength }
            self.init(secret.bytes)
        }
    }
}
