import Crypto
import FoundationEssentials

/// The cryptographic library could not sign, which it promises for no input of ours.
public struct SigningFailure: Error, Sendable {}

extension KeyMaterial {
    /// Signs as RFC 7518 says: ES256 is r ‖ s (64 bytes), EdDSA 64 bytes, HS256 32 bytes.
    public func sign(_ message: [UInt8]) throws(SigningFailure) -> [UInt8] {
        do {
            switch key {
            case .es256(let privateKey, _):
                let digest = message.withUnsafeBytes(SHA256.digest(of:))
                return Array(try privateKey.signature(for: digest).rawRepresentation)
            case .edDSA(let privateKey, _): return Array(try privateKey.signature(for: message))
            case .hs256(_, var code):
                code.update(data: message)
                return code.finalize().withUnsafeBytes { Array($0) }
            }
        } catch {
            throw SigningFailure()
        }
    }

    /// Whether the signature is this key's for the message. A signature of another length, such as an ECDSA signature in
    /// DER, is not; shared-secret codes are compared in constant time.
    public func isValid(signature: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
        switch key {
        case .es256(_, let publicKey):
            guard signature.count == 64,
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return publicKey.isValidSignature(signature, for: message.withUnsafeBytes(SHA256.digest(of:)))
        case .edDSA(_, let publicKey):
            return signature.count == 64 && publicKey.isValidSignature(signature, for: message)
        case .hs256(_, var code):
            code.update(data: message)
            return signature.count == SHA256.byteCount && code.finalize() == signature
        }
    }
}
