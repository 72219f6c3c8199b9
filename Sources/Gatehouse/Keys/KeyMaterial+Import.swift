import Crypto
import FoundationEssentials

extension KeyMaterial {
    /// Reads a private signing key in RFC 7517 form: P-256, Ed25519, or a shared secret of at least 32 bytes.
    ///
    /// The key keeps the `kid` it brings. Members that don't concern signing (`x5t`, `ext`, …) are ignored. Refused, each
    /// with a message that says what to do: public keys, RSA and other curves, keys for encryption, keys whose `alg` or
    /// public half contradicts their private one, and short secrets.
    public init(jwk: JSONObject) throws(FieldFault) {
        let jwk = JWKReader(jwk)
        try jwk.requireSigning()
        let key: Key
        switch try jwk.text("kty") {
        case "EC": key = try Self.ellipticKey(jwk)
        case "OKP": key = try Self.edwardsKey(jwk)
        case "oct": key = try Self.sharedSecret(jwk)
        case "RSA": throw .unsupportedKey("RSA keys can't be imported; use an EC (P-256), OKP (Ed25519) or oct key.")
        default: throw .unsupportedKey("The key's \"kty\" must be \"EC\", \"OKP\" or \"oct\".")
        }
        self.init(key: key, kid: try jwk.kid())
    }

    private static func ellipticKey(_ jwk: JWKReader) throws(FieldFault) -> Key {
        try jwk.require("crv", "P-256")
        try jwk.requireAlgorithm(.es256)
        let secret = try jwk.privateBytes("d")
        let point = try jwk.bytes("x", count: 32) + jwk.bytes("y", count: 32)
        guard let privateKey = try? P256.Signing.PrivateKey(rawRepresentation: secret.bytes) else { throw .notASecret }
        let key = Key(privateKey)
        guard privateKey.publicKey.rawRepresentation.elementsEqual(point) else { throw .mismatchedHalves }
        return key
    }

    private static func edwardsKey(_ jwk: JWKReader) throws(FieldFault) -> Key {
        try jwk.require("crv", "Ed25519")
        try jwk.requireAlgorithm(.edDSA)
        let secret = try jwk.privateBytes("d")
        let publicBytes = try jwk.bytes("x", count: 32)
        guard let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret.bytes) else {
            throw .notASecret
        }
        guard privateKey.publicKey.rawRepresentation.elementsEqual(publicBytes) else { throw .mismatchedHalves }
        return Key(privateKey)
    }

    private static func sharedSecret(_ jwk: JWKReader) throws(FieldFault) -> Key {
        try jwk.requireAlgorithm(.hs256)
        var bytes = try jwk.bytes("k")
        defer { bytes.wipe() }
        guard sharedSecretLengths ~= bytes.count else { throw .badSecretLength }
        return Key(SymmetricKey(data: bytes))
    }
}

/// Takes the members of a JWK apart; the faults never repeat a value, which may be secret.
private struct JWKReader {
    private let jwk: JSONObject

    init(_ jwk: JSONObject) {
        self.jwk = jwk
    }

    func text(_ name: String) throws(FieldFault) -> String {
        guard let text = jwk[name]?.stringValue else { throw .invalidKey("The key needs a text member \"\(name)\".") }
        return text
    }

    func require(_ name: String, _ value: String) throws(FieldFault) {
        guard try text(name).hasSameCodePoints(as: value) else {
            throw .unsupportedKey("The key's \"\(name)\" must be \"\(value)\".")
        }
    }

    func requireAlgorithm(_ algorithm: SigningAlgorithm) throws(FieldFault) {
        if jwk["alg"] != nil { try require("alg", algorithm.rawValue) }
    }

    func requireSigning() throws(FieldFault) {
        if jwk["use"] != nil { try require("use", "sig") }
        guard let operations = jwk["key_ops"] else { return }
        guard operations.arrayValue?.contains("sign") == true else {
            throw .unsupportedKey("The key's \"key_ops\" must contain \"sign\".")
        }
    }

    func kid() throws(FieldFault) -> String? {
        guard jwk["kid"] != nil else { return nil }
        let kid = try text("kid")
        // An escape would take a byte more in every token; keys that have come before stay valid.
        guard KeyMaterial.isValidKid(kid), kid.utf8.allSatisfy({ PlainText.isPlain($0) }) else { throw .invalidKid }
        return kid
    }

    func privateBytes(_ name: String) throws(FieldFault) -> SigningSecret {
        guard jwk[name] != nil else {
            throw .unsupportedKey("This is a public key; Gatehouse needs the private one to sign and verify with.")
        }
        var bytes = try bytes(name, count: 32)
        defer { bytes.wipe() }
        return SigningSecret(copying: bytes)
    }

    func bytes(_ name: String, count: Int? = nil) throws(FieldFault) -> [UInt8] {
        guard let bytes = Base64URL.decode(try text(name)) else {
            throw .invalidKey("The key's \"\(name)\" is not base64url without padding.")
        }
        if let count, bytes.count != count { throw .invalidKey("The key's \"\(name)\" must be \(count) bytes long.") }
        return bytes
    }
}

extension FieldFault {
    static func invalidKey(_ message: String) -> FieldFault { FieldFault(code: "invalid_key", message: message) }
    static func unsupportedKey(_ message: String) -> FieldFault {
        FieldFault(code: "unsupported_key", message: message)
    }

    static let notASecret = invalidKey("The key's private part is not one of its algorithm.")
    static let mismatchedHalves = invalidKey("The key's public part does not belong to its private part.")
    static let badSecretLength = invalidKey("A secret for HS256 must be 32 to 1024 bytes long.")
    static let invalidKid = invalidKey(
        "A key's \"kid\" must be 1 to 128 printable ASCII characters without spaces, quotation marks and backslashes.")
}
