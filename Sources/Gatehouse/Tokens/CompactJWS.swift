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

    private typealias HeaderMembers = (algorithm: SigningAlgorithm, kid: String, type: String)

    /// Takes a token apart. Throws `malformed` or `unsupportedHeader`.
    public static func parse(_ token: String) throws(TokenFault) -> CompactJWS {
        try CompactJWS(token) { _ in nil }
    }

    /// The same for a token that one of these keys has probably signed as this type. What the headers of their own tokens say is known;
    /// any other is read.
    static func parse(
        _ token: String, probablyBy ring: KeyRing, as type: TokenType
    ) throws(TokenFault) -> CompactJWS {
        try CompactJWS(token) { header in
            ring.key(withHeader: header, of: type).map { ($0.algorithm, $0.kid, type.rawValue) }
        }
    }

    private init(
        _ token: String, knownMembers: (_ header: ArraySlice<UInt8>) -> HeaderMembers?
    ) throws(TokenFault) {
        guard token.utf8.count <= Self.maximumLength else { throw .malformed }
        let token = Array(token.utf8)
        let dot = UInt8(ascii: ".")
        guard let first = token.firstIndex(of: dot), let second = token[(first + 1)...].firstIndex(of: dot) else {
            throw .malformed
        }
        let (header, payload, signature) = (token[..<first], token[(first + 1)..<second], token[(second + 1)...])
        // A third dot is outside the alphabet of the signature.
        guard !header.isEmpty, !payload.isEmpty, !signature.isEmpty,
            let payload = Base64URL.decode(payload), let signature = Base64URL.decode(signature)
        else { throw .malformed }
        if let known = knownMembers(header) {
            (algorithm, kid, type) = known
        } else {
            (algorithm, kid, type) = try Self.members(ofHeader: header)
        }
        self.payload = payload
        self.signature = signature
        signingInput = token[..<second]
    }

    private static func members(ofHeader encoded: ArraySlice<UInt8>) throws(TokenFault) -> HeaderMembers {
        guard let header = Base64URL.decode(encoded), case .object(let header)? = try? JSON.parse(header) else {
            throw .malformed
        }
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
