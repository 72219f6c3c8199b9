import Crypto
import FoundationEssentials

extension KeyMaterial {
    /// The public key as JWKS publishes it (RFC 7517); nil for a shared secret, which has no public half.
    public var publicJWK: JSONObject? {
        guard var jwk = publicMembers else { return nil }
        appendIdentity(to: &jwk)
        return jwk
    }

    /// The whole key with its secret, for export. Unlike the other types here the result prints its contents.
    public func privateJWK() -> JSONObject {
        var jwk: JSONObject = publicMembers ?? ["kty": "oct"]
        let secret = secret.withUnsafeBytes { Base64URL.encode($0) }
        jwk[publicMembers == nil ? "k" : "d"] = .string(secret)
        appendIdentity(to: &jwk)
        return jwk
    }

    /// The RFC 7638 thumbprint of a public key.
    static func thumbprint(of key: Key) -> String? {
        guard let members = publicMembers(of: key) else { return nil }
        let sorted = members.members.sorted { $0.name < $1.name }
        return Base64URL.encode(Array(SHA256.hash(data: JSONObject(distinct: sorted).serialized())))
    }

    private var publicMembers: JSONObject? { Self.publicMembers(of: key) }

    /// The members that RFC 7638 requires, which are those that make up the key.
    private static func publicMembers(of key: Key) -> JSONObject? {
        switch key {
        case .es256(_, let publicKey):
            let point = publicKey.rawRepresentation
            return [
                "kty": "EC", "crv": "P-256",
                "x": .string(Base64URL.encode(point.prefix(32))), "y": .string(Base64URL.encode(point.suffix(32))),
            ]
        case .edDSA(_, let publicKey):
            return ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(publicKey.rawRepresentation))]
        case .hs256:
            return nil
        }
    }

    private func appendIdentity(to jwk: inout JSONObject) {
        jwk["kid"] = .string(kid)
        jwk["use"] = "sig"
        jwk["alg"] = .string(algorithm.rawValue)
    }
}
