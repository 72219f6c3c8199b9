import Crypto
import Foundation
import Gatehouse
import TestSupport
import Testing

/// Keys as tokens offer them.
enum ForgedKeys {
    /// Header members (RFC 7515 section 4.1) by which a token brings this key, or says where it is to be fetched.
    static func members(_ key: KeyMaterial, _ wire: TripWire) -> [(String, JSON)] {
        let certificate = JSON.string(Data(repeating: 0x30, count: 300).base64EncodedString())
        return [
            ("jwk", .object(key.publicJWK ?? key.privateJWK())), ("jwk", .object(key.privateJWK())), ("jwk", [:]),
            ("jku", .string(wire.url("jwks.json"))), ("jku", .string(wire.url("jwks.json", host: "localhost"))),
            ("jku", .string(wire.url("jwks.json", scheme: "https"))),
            ("jku", .string(wire.url("x", host: "login.example@127.0.0.1"))),
            ("x5u", .string(wire.url("chain.pem"))), ("x5u", .string(wire.url("chain.pem", scheme: "https"))),
            ("x5c", [certificate]), ("x5c", [certificate, certificate]), ("x5c", []), ("x5t", "AAAA"),
            ("x5t#S256", "AAAA"), ("url", .string(wire.url("acme"))),
        ]
    }

    /// The public key in every form in which somebody may take it for a shared secret, where it has one.
    static func publicForms(of key: KeyMaterial) throws -> [(String, [UInt8])] {
        guard let jwk = key.publicJWK else { return [] }
        let point = try ["x", "y"].flatMap { name in
            try jwk[name]?.stringValue.map { try #require(Base64URL.decode($0)) } ?? []
        }
        let encoded = key.algorithm == .es256 ? [0x04] + point : point
        let prefix = key.algorithm == .es256 ? ecPrefix : edwardsPrefix
        let pem = Data(prefix + encoded).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        let block = "-----BEGIN PUBLIC KEY-----\n\(pem)\n-----END PUBLIC KEY-----"
        let published: JSONObject = ["keys": [.object(jwk)]]
        return [
            ("the point", point), ("the encoded point", encoded), ("DER", prefix + encoded), ("PEM", Array(block.utf8)),
            ("PEM and a line feed", Array("\(block)\n".utf8)), ("the JWK", jwk.serialized()),
            ("the key set", published.serialized()), ("x", Array((jwk["x"]?.stringValue ?? "").utf8)),
        ]
    }

    /// What comes before the point in a SubjectPublicKeyInfo (RFC 5480, RFC 8410).
    private static let ecPrefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE,
        0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]
    private static let edwardsPrefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
}

extension ForgedTokenTests {
    /// Tokens by another key than the one they name, and of another kind than where they are shown.
    @Suite struct Keys {
        @Test(arguments: [SigningAlgorithm.es256, .edDSA])
        func `The public key is no shared secret, in no form`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let parts = TokenParts(header: forger.header.with("alg", "HS256"), payload: forger.claims)
            let forms = try ForgedKeys.publicForms(of: forger.key)
            #expect(forms.count == 8)
            try await forger.expectRefused(
                forms.map { name, bytes in
                    let code = HMAC<SHA256>.authenticationCode(
                        for: parts.signingInput, using: SymmetricKey(data: bytes))
                    return forger.forgery(name, parts.with(signature: Array(code)), .wrongAlgorithm)
                })
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A kid names a key of this tenant and this use, or nothing`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let other = try await Forger(algorithm)
            let swapped = String(
                forger.key.kid.map { $0.isUppercase ? Character($0.lowercased()) : Character($0.uppercased()) })
            let unknown = [
                KeyMaterial.generate(algorithm).kid, swapped, forger.key.kid + "A", String(forger.key.kid.dropLast()),
                other.key.kid, forger.refreshKey.kid, "../../../../dev/null", "/dev/null", "'or'1'='1", "%00", "$(id)",
                "http://127.0.0.1/", String(repeating: "k", count: 128),
            ]
            let unsupported: [JSON?] = [
                nil, .null, 7, [], "", "' or 1=1 --", .string("\(forger.key.kid) "), "\u{E9}", "a\nb",
                .string(String(repeating: "k", count: 129)), .array([.string(forger.key.kid)]),
            ]
            var forgeries = try unknown.map { kid in
                let token = try forger.token(header: forger.header.with("kid", .string(kid)))
                return forger.forgery("kid \(kid)", token, .unknownKey)
            }
            forgeries += try unsupported.map { kid in
                let token = try forger.token(header: forger.header.with("kid", kid))
                return forger.forgery("kid \(kid?.text ?? "absent")", token, .unsupportedHeader)
            }
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A token of another kind is no access token`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            var forgeries = try [
                "rt+jwt", "dt+jwt", "JWT", "jwt", "AT+JWT", "application/at+jwt", "at+jwt ", "JOSE", "",
            ].map {
                type in
                let token = try forger.token(header: forger.header.with("typ", .string(type)))
                return forger.forgery("typ \(type)", token, .wrongType)
            }
            forgeries += try [nil, .null, 1, ["at+jwt"]].map { (type: JSON?) in
                let token = try forger.token(header: forger.header.with("typ", type))
                return forger.forgery("typ \(type?.text ?? "absent")", token, .unsupportedHeader)
            }
            let disguised = TokenParts(
                header: forger.refreshHeader.with("typ", "at+jwt"), payload: forger.refreshClaims)
            let renamed = TokenParts(
                header: forger.refreshHeader.with("kid", .string(forger.key.kid)), payload: forger.refreshClaims)
            let retold = try forger.token(claims: forger.refreshClaims)
            forgeries += [
                forger.forgery("the user's refresh token", forger.user.refresh, .unknownKey),
                try forger.forgery("a refresh token", forger.refreshToken(), .unknownKey),
                try forger.forgery("a refresh token as at+jwt", disguised.signed(by: forger.refreshKey), .unknownKey),
                try forger.forgery(
                    "a refresh token that names the access key", renamed.signed(by: forger.refreshKey),
                    algorithm == .hs256 ? .badSignature : .wrongAlgorithm),
                forger.forgery("what a refresh token says", retold, .invalidClaims),
            ]
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A token of one tenant is none of another, though both trust its key`(
            algorithm: SigningAlgorithm
        ) async throws {
            let forger = try await Forger(algorithm)
            let other = try await Forger(algorithm, key: forger.key)
            let stranger = try await Forger(algorithm)
            let claims = forger.claims.with("iss", other.claims["iss"])
            let borrowed = TokenParts(header: forger.header, payload: stranger.claims)
            let forgeries = [
                Forgery("the other's, by the same key", try other.token(), .wrongIssuer, twin: try forger.token()),
                try forger.forgery("the other's issuer", forger.token(claims: claims), .wrongIssuer),
                try forger.forgery("a stranger's", stranger.token(), .unknownKey),
                forger.forgery("a stranger's session token", stranger.user.access, .unknownKey),
                try forger.forgery("what a stranger's says", borrowed.signed(by: forger.key), .wrongIssuer),
                try forger.forgery(
                    "what a stranger's says, by its key", borrowed.signed(by: stranger.key), .badSignature),
            ]
            try await forger.expectRefused(forgeries)
            #expect(try await other.tenant.me(other.token()).status == 200)
            #expect(try await stranger.tenant.me(stranger.token()).status == 200)
        }
    }
}
