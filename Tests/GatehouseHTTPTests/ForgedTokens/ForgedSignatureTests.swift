import Crypto
import Foundation
import Gatehouse
import TestSupport
import Testing

extension ForgedTokenTests {
    /// Signatures that are none.
    @Suite struct Signatures {
        @Test(arguments: SigningAlgorithm.allCases)
        func `A token changed after it was signed is refused`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let good = try TokenParts(forger.token())
            let user = try TokenParts(forger.user.access)
            let escalated = forger.claims.with("email", "root@example.com").with("roles", ["admin"])
            let later = forger.claims.with("exp", 9_999_999_999)
            let reordered = Array(
                "{\"typ\":\"at+jwt\",\"kid\":\"\(forger.key.kid)\",\"alg\":\"\(algorithm.rawValue)\"}".utf8)
            let bits = good.signature.indices.map { index in
                var signature = good.signature
                signature[index] ^= 1 << UInt8(index % 8)
                return ("signature, byte \(index)", good.with(signature: signature))
            }
            let changed = [
                ("claims", TokenParts(header: forger.header, payload: escalated).with(signature: good.signature)),
                ("a longer life", TokenParts(header: forger.header, payload: later).with(signature: good.signature)),
                ("no claims", TokenParts(header: forger.header, payload: [:]).with(signature: good.signature)),
                (
                    "the header's order",
                    TokenParts(header: reordered, payload: good.payload).with(signature: good.signature)
                ),
                ("another token's signature", good.with(signature: user.signature)),
            ]
            try await forger.expectRefused(
                (changed + bits).map { forger.forgery("changed: \($0)", $1, .badSignature) })
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A signature of another length, by another key or over something else is refused`(
            algorithm: SigningAlgorithm
        ) async throws {
            let forger = try await Forger(algorithm)
            let good = try TokenParts(forger.token())
            let signature = good.signature
            let (header, payload) = (Base64URL.encode(good.header), Base64URL.encode(good.payload))
            let signed: [[UInt8]] = [
                good.payload, Array(payload.utf8), Array(header.utf8), good.header + [0x2E] + good.payload,
                Array("\(header)\(payload)".utf8), Array("\(payload).\(header)".utf8), Array("\(header).".utf8), [],
            ]
            var signatures: [[UInt8]] = [
                signature.dropLast(), Array(signature.dropFirst()), signature + [0], [0] + signature,
                signature + signature,
                Array(signature.prefix(signature.count / 2)), Array(signature.prefix(1)), Array(signature.reversed()),
                [UInt8](repeating: 0, count: signature.count), [UInt8](repeating: 0xFF, count: signature.count),
                Array(Base64URL.encode(signature).utf8), [0], [UInt8](repeating: 0, count: 4000),
            ]
            signatures.append(try KeyMaterial.generate(algorithm).sign(good.signingInput))
            signatures += try signed.map { try forger.key.sign($0) }
            try await forger.expectRefused(
                signatures.enumerated().map {
                    forger.forgery("signature \($0)", good.with(signature: $1), .badSignature)
                })
        }

        @Test func `An ECDSA signature is two numbers of 32 bytes that prove something`() async throws {
            let forger = try await Forger(.es256)
            let good = try TokenParts(forger.token())
            let (r, s) = (Array(good.signature.prefix(32)), Array(good.signature.suffix(32)))
            let edges = Degenerate.scalars + Degenerate.scalars.map { $0.reversed() }
            var signatures = edges.flatMap { r in Degenerate.scalars.map { s in r + s } }
            signatures += Degenerate.scalars.flatMap { [r + $0, $0 + s] } + [s + r, r + r, s + s]
            let (derR, derS) = (Degenerate.integer(r), Degenerate.integer(s))
            signatures += [
                Degenerate.sequence(derR + derS), Degenerate.sequence(derR + derS) + [0, 0], derR + derS,
                Degenerate.sequence(Degenerate.integer([0]) + Degenerate.integer([0])),
                Degenerate.sequence(Degenerate.integer([0] + r) + Degenerate.integer([0] + s)), [0] + r + [0] + s,
            ]
            let key = try P256.Signing.PrivateKey(rawRepresentation: Degenerate.secret(of: forger.key, "d"))
            signatures += [
                Array(try key.signature(for: SHA384.hash(data: good.signingInput)).rawRepresentation),
                Array(try key.signature(for: SHA512.hash(data: good.signingInput)).rawRepresentation),
            ]
            try await forger.expectRefused(
                signatures.enumerated().map {
                    forger.forgery("signature \($0): \($1.prefix(40))", good.with(signature: $1), .badSignature)
                })
        }

        @Test func `An Ed25519 signature has a small scalar and no point of small order in place of a proof`()
            async throws
        {
            let forger = try await Forger(.edDSA)
            let good = try TokenParts(forger.token())
            let (r, s) = (Array(good.signature.prefix(32)), Array(good.signature.suffix(32)))
            var signatures = [1, 2, 3, 7, 8].map { r + Degenerate.adding(Degenerate.edwardsOrder, times: $0, to: s) }
            let scalars = [[UInt8](repeating: 0, count: 32), Degenerate.edwardsOrder, s]
            signatures += Degenerate.smallOrderPoints.flatMap { point in scalars.map { point + $0 } }
            signatures += [
                s + r, r + Array(s.reversed()), r + s.dropLast() + [s[31] | 0x80], r + s.dropLast() + [s[31] | 0x20],
            ]
            var forgeries = signatures.enumerated().map {
                forger.forgery("signature \($0)", good.with(signature: $1), .badSignature)
            }
            // Whoever believes such a key takes this for its signature of anything.
            for point in Degenerate.smallOrderPoints {
                let jwk: JSON = ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(point))]
                let token = TokenParts(header: forger.header.with("jwk", jwk), payload: forger.claims)
                let signature = Degenerate.smallOrderPoints[0] + scalars[0]
                forgeries.append(
                    forger.forgery("a small key", token.with(signature: signature), .unsupportedHeader))
            }
            try await forger.expectRefused(forgeries)
        }

        @Test func `An HS256 code is a whole one, by the secret and nothing that anybody knows`() async throws {
            let forger = try await Forger(.hs256)
            let good = try TokenParts(forger.token())
            let secret = try Degenerate.secret(of: forger.key, "k")
            let input = good.signingInput
            func code<Hash: HashFunction>(_: Hash.Type, _ key: [UInt8]) -> [UInt8] {
                Array(HMAC<Hash>.authenticationCode(for: input, using: SymmetricKey(data: key)))
            }
            let known: [[UInt8]] = [
                [], [0], [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 64), Array("secret".utf8),
                Array(forger.key.kid.utf8), Array(forger.tenant.tenant.slug.utf8),
                Array(forger.tenant.tenant.id.lowercaseString.utf8),
                Array(Base64URL.encode(secret).utf8), Array(secret.reversed()), secret.dropLast(),
            ]
            let signatures =
                known.map { code(SHA256.self, $0) } + [
                    code(SHA384.self, secret), code(SHA512.self, secret), Array(code(SHA512.self, secret).prefix(32)),
                    Array(code(SHA384.self, secret).prefix(32)), Array(SHA256.hash(data: secret + input)),
                    Array(SHA256.hash(data: input + secret)), Array(good.signature.prefix(16)),
                    Array(good.signature.map { String($0, radix: 16) }.joined().utf8),
                ]
            #expect(code(SHA256.self, secret) == good.signature)
            try await forger.expectRefused(
                signatures.enumerated().map {
                    forger.forgery("code \($0)", good.with(signature: $1), .badSignature)
                })
        }
    }
}
