/// Why a token was refused. The raw values are the reasons of `admin jws verify`; where a token has several faults the
/// first of this order is reported, so that no claim is looked at before the signature has been checked.
public enum TokenFault: String, Error, Sendable, CaseIterable {
    /// Not a compact JWS (RFC 7515): not three non-empty parts in canonical base64url, over 8 KiB, or the header is no
    /// JSON object.
    case malformed
    /// The header does not consist of exactly `alg`, `kid` and `typ`, or names an algorithm other than ours.
    case unsupportedHeader = "unsupported_header"
    /// The tenant has no such key for this use, or no longer.
    case unknownKey = "unknown_key"
    /// The header's algorithm is not the key's.
    case wrongAlgorithm = "wrong_algorithm"
    case badSignature = "bad_signature"
    /// The signature is right, but the key has been revoked.
    case revokedKey = "revoked_key"
    /// A token of another kind, such as a refresh token where an access token belongs.
    case wrongType = "wrong_type"
    /// A claim is missing, of the wrong type or out of bounds.
    case invalidClaims = "invalid_claims"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
    case notYetValid = "not_yet_valid"
    case expired
    /// The token is in order, but its session has been ended.
    case sessionEnded = "session_ended"
}
