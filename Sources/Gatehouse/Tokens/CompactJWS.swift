/// A token in the compact serialization of RFC 7515, taken apart but not yet trusted.
///
/// Only the form is strict here: `KeyRing.verify` decides about the signature, and the claims are read after that.
public struct CompactJWS: Sendable, Redacted {
    /// The longest token that is looked at, in bytes.
    public static let maximumLength = 8192

    public let algorithm: SigningAlgorithm
    public let kid: String
    /// The `typ` of the header, whatever it is.
    public let type: String
    public let payload: [UInt8]
    let signature: [UInt8]
    let signingInput: ArraySlice<UInt8>

    /// Takes a token apart. Throws `malformed` or `unsupportedHeader`.
    public static func parse(_ token: String) throws(TokenFault) -> CompactJWS {
        guard token.utf8.count <= maximumLength else { throw .malformed }
        return try CompactJWS(Array(token.utf8))
    }

    private init(_ token: [UInt8]) throws(TokenFault) {
        let parts = token.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }),
            let header = Base64URL.decode(parts[0]),
            let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        (algorithm, kid, type) = try Self.members(ofHeader: header)
        self.payload = payload
        self.signature = signature
        signingInput = token[..<parts[1].endIndex]
    }

    private static func members(ofHeader header: [UInt8]) throws(TokenFault) -> (SigningAlgorithm, String, String) {
        guard case .object(let header)? = try? JSON.parse(header) else { throw .malformed }
        guard header.count == 3,
            let algorithm = header["alg"]?.stringValue.flatMap(SigningAlgorithm.init(rawValue:)),
            let kid = header["kid"]?.stringValue, KeyMaterial.isValidKid(kid),
            let type = header["typ"]?.stringValue
        else { throw .unsupportedHeader }
        return (algorithm, kid, type)
    }

    /// A token with this payload, signed with the key and naming it.
    public static func sign(payload: [UInt8], type: TokenType, key: KeyMaterial) throws(SigningFailure) -> String {
        var token: [UInt8] = []
        token.reserveCapacity(384 + payload.count * 4 / 3)
        token += key.encodedHeaders[type]
        token.append(UInt8(ascii: "."))
        Base64URL.append(payload, to: &token)
        let signature = try key.sign(token)
        token.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &token)
        return String(decoding: token, as: UTF8.self)
    }
}
