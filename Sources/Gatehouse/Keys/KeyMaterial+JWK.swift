import Crypto
import FoundationEssentials

extension KeyMaterial {
    /// The public key as JWKS publishes it (RFC 7517); nil for a shared secret, which has no public half.
    public var publicJWK: JSONObject? {
        guard var jwk = key.publicMembers else { return nil }
        appendIdentity(to: &jwk)
        return jwk
    }

    /// The whole key with its secret, for export. Unlike the other types here the result prints its contents.
    public func privateJWK() -> JSONObject {
        let secret = JSON.string(secret.withUnsafeBytes { Base64URL.encode($0) })
        var jwk = key.publicMembers ?? ["kty": "oct"]
        jwk[algorithm == .hs256 ? "k" : "d"] = secret
        appendIdentity(to: &jwk)
        return jwk
    }

    /// The RFC 7638 thumbprint: the hash of the members that make up a public key, in the order of their names.
    static func thumbprint(ofMembers jwk: JSONObject) -> String {
        let sorted = jwk.members.sorted { $0.name < $1.name }
        return Base64URL.encode(Array(SHA256.hash(data: JSONObject(distinct: sorted).serialized())))
    }

    private func appendIdentity(to jwk: inout JSONObject) {
        jwk["kid"] = .string(kid)
        jwk["use"] = "sig"
        jwk["alg"] = .string(algorithm.rawValue)
    }
}

extension KeyMaterial.Key {
    /// The members that make up the public half; nil for a shared secret.
    var publicMembers: JSONObject? {
        switch self {
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
}
