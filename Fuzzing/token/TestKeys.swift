import Crypto
import Foundation

@testable import Gatehouse

/// A tenant's ring with one key of each algorithm. None of them is a secret.
enum TestKeys {
    static let now = Date(timeIntervalSince1970: 2_000_000_000)
    static let secret = key(.hs256, 1)
    static let ring = KeyRing(keys: [
        .init(kid: "HS256", state: .current, material: secret),
        .init(kid: "EdDSA", state: .next, material: key(.edDSA, 2)),
        .init(kid: "ES256", state: .retired(verifyUntil: now + 1), material: key(.es256, 3)),
        .init(kid: "over", state: .retired(verifyUntil: now), material: key(.hs256, 1)),
        .init(kid: "revoked", state: .revoked, material: key(.hs256, 1)),
        .init(kid: "unopened", state: .current, material: nil),
    ])

    private static func key(_ algorithm: SigningAlgorithm, _ byte: UInt8) -> KeyMaterial {
        let secret = SigningSecret(copying: [UInt8](repeating: byte, count: 32))
        do throws(FieldFault) {
            return try KeyMaterial(algorithm: algorithm, secret: secret, kid: algorithm.rawValue)
        } catch {
            // Any 32 bytes below the order of the curve are a key of each algorithm.
            fatalError("\(error)")
        }
    }

    static func verifies(_ jws: CompactJWS, as type: TokenType) -> Bool {
        (try? ring.verify(jws, expecting: type, at: now)) != nil
    }

    /// Signs whatever is to be header and payload.
    static func signed(header: some Collection<UInt8>, payload: some Collection<UInt8>) -> String {
        let input = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        return input + "." + Base64URL.encode(tag(of: Array(input.utf8)))
    }

    /// Whether the last part of the text is the HMAC of what comes before.
    static func hasSecretSignature(_ token: String) -> Bool {
        guard let end = token.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return token[token.utf8.index(after: end)...].utf8.elementsEqual(
            Base64URL.encode(tag(of: Array(token[..<end].utf8))).utf8)
    }

    private static func tag(of input: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: [UInt8](repeating: 1, count: 32))
        return Array(HMAC<SHA256>.authenticationCode(for: input, using: key))
    }
}
