import Crypto
import Foundation

/// What an app checks of an access token by itself: the signature (ES256), the type and the registered claims.
struct OfflineCheck: Sendable {
    let issuer: String
    let audience: String

    /// Whether the token is valid now by this key.
    func accepts(_ token: String, by key: P256.Signing.PublicKey) -> Bool {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, header(of: token)["typ"] as? String == "at+jwt",
            header(of: token)["alg"] as? String == "ES256",
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: bytes(ofBase64URL: parts[2])),
            key.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8)),
            let claims = try? JSONSerialization.jsonObject(with: bytes(ofBase64URL: parts[1])) as? [String: Any]
        else { return false }
        return claims["iss"] as? String == issuer && claims["aud"] as? String == audience
            && (claims["exp"] as? Double ?? 0) > Date.now.timeIntervalSince1970
    }
}
