/// The signature algorithms of RFC 7518 and RFC 8037 that Gatehouse uses.
public enum SigningAlgorithm: String, Sendable, CaseIterable {
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"
    /// HMAC with SHA-256.
    case hs256 = "HS256"

    /// The algorithm of exactly this name; `init(rawValue:)` would fold canonically equivalent texts.
    init?(exactly name: String) {
        guard let algorithm = Self(rawValue: name), algorithm.rawValue.hasSameCodePoints(as: name) else { return nil }
        self = algorithm
    }
}
