import Gatehouse
import TestSupport
import Testing

extension ForgedTokenTests {
    /// Headers that ask the reader to trust, fetch, skip or misread something.
    @Suite struct Headers {
        @Test(arguments: SigningAlgorithm.allCases)
        func `No token decides by itself that it needs no signature`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            var forgeries: [Forgery] = []
            for name in ["none", "None", "NONE", "nOnE", ""] {
                let unsigned = TokenParts(header: forger.header.with("alg", .string(name)), payload: forger.claims)
                forgeries.append(forger.forgery("alg \(name), no signature", unsigned.text, .malformed))
                forgeries.append(
                    try forger.forgery("alg \(name), a signature", unsigned.signed(by: forger.key), .unsupportedHeader))
            }
            let bare = TokenParts(header: ["alg": "none"], payload: forger.claims)
            forgeries.append(forger.forgery("only alg none", bare.text, .malformed))
            forgeries.append(forger.forgery("a good header, no signature", forger.good.text, .malformed))
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `The algorithm is the key's, whatever the header says`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            var forgeries: [Forgery] = []
            for name in [
                "RS256", "PS256", "ES384", "ES512", "ES256K", "HS384", "HS512", "Ed25519", "Ed448", "ESP256", "es256",
                "eddsa", "hs256", "HS256 ", "ES256\n", "dir", "A256KW", "RSA-OAEP", "PBES2-HS256+A128KW",
            ] {
                let token = try forger.token(header: forger.header.with("alg", .string(name)))
                forgeries.append(forger.forgery("alg \(name)", token, .unsupportedHeader))
            }
            for value: JSON? in [nil, .null, 256, ["ES256"], ["ES256": 1]] {
                let token = try forger.token(header: forger.header.with("alg", value))
                forgeries.append(forger.forgery("alg \(value?.text ?? "absent")", token, .unsupportedHeader))
            }
            for other in SigningAlgorithm.allCases where other != algorithm {
                let header = forger.header.with("alg", .string(other.rawValue))
                forgeries.append(
                    try forger.forgery("alg \(other)", forger.token(header: header), .wrongAlgorithm))
                let parts = TokenParts(header: header, payload: forger.claims)
                forgeries.append(
                    try forger.forgery("alg and key \(other)", parts.signed(by: .generate(other)), .wrongAlgorithm))
            }
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `No key comes with the token, and nothing is fetched`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let own = KeyMaterial.generate(algorithm)
            let wire = try TripWire()
            var forgeries: [Forgery] = []
            for (name, value) in ForgedKeys.members(own, wire) {
                let header = forger.header.with(name, value)
                let parts = TokenParts(header: header, payload: forger.claims)
                let named = TokenParts(header: header.with("kid", .string(own.kid)), payload: forger.claims)
                forgeries += [
                    try forger.forgery("\(name), our key", parts.signed(by: own), .unsupportedHeader),
                    try forger.forgery("\(name), our key and kid", named.signed(by: own), .unsupportedHeader),
                    try forger.forgery("\(name), the tenant's key", parts.signed(by: forger.key), .unsupportedHeader),
                ]
            }
            try await forger.expectRefused(forgeries)
            #expect(!wire.isTouched)
            wire.touch()
            #expect(wire.isTouched)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A header that asks for more than it says is refused`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let members: [(String, JSON)] = [
                ("crit", ["exp"]), ("crit", []), ("crit", ["b64"]), ("crit", nil), ("b64", false), ("b64", true),
                ("cty", "JWT"), ("zip", "DEF"), ("enc", "A256GCM"), ("p2c", 2_147_483_647), ("iss", "shop"), ("", 1),
                ("Alg", "none"), ("alg\u{200B}", "none"),
            ]
            var forgeries = try members.map { name, value in
                try forger.forgery(
                    "\(name) \(value.text)", forger.token(header: forger.header.with(name, value)), .unsupportedHeader)
            }
            let unencoded = forger.header.with("b64", false).with("crit", ["b64"])
            let input = Array("\(Base64URL.encode(unencoded.serialized())).".utf8) + forger.claims.serialized()
            let parts = TokenParts(header: unencoded, payload: forger.claims)
            forgeries += [
                try forger.forgery(
                    "b64 and crit, encoded all the same", parts.with(signature: forger.key.sign(input)),
                    .unsupportedHeader),
                try forger.forgery(
                    "b64 and crit, not encoded",
                    "\(String(decoding: input, as: UTF8.self)).\(Base64URL.encode(forger.key.sign(input)))", .malformed),
            ]
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A header that readers could understand differently is malformed`(
            algorithm: SigningAlgorithm
        ) async throws {
            let forger = try await Forger(algorithm)
            let good = String(decoding: forger.header.serialized().dropFirst().dropLast(), as: UTF8.self)
            let texts = [
                "{\"alg\":\"none\",\(good)}", "{\(good),\"alg\":\"none\"}", "{\(good),\"\\u0061lg\":\"none\"}",
                "{\(good),\"kid\":\"x\"}", "{\(good),\"typ\":\"rt+jwt\"}", "{\(good),\(good)}", "{\(good)}{\(good)}",
                "[{\(good)}]", "\"x\"", "{\(good)", "{\(good),}", "\u{FEFF}{\(good)}", "{\(good)}\0",
                "{\(good),\"x\":\"\\ud800\"}", "{\(good),\"x\":\(ForgedForms.nested(JSON.maximumDepth))}",
                "{\(good),\"x\":\(ForgedForms.nested(2000))}", String(repeating: "[", count: 4000),
                String(repeating: "{\"a\":", count: 800),
            ]
            var forgeries = try texts.map { text in
                let parts = TokenParts(header: Array(text.utf8), payload: forger.claims.serialized())
                return try forger.forgery("header \(text.prefix(60))", parts.signed(by: forger.key), .malformed)
            }
            let latin = TokenParts(
                header: Array("{\(good),\"x\":\"".utf8) + [0xE9] + Array("\"}".utf8),
                payload: forger.claims.serialized())
            forgeries.append(try forger.forgery("no UTF-8", latin.signed(by: forger.key), .malformed))
            let depth = forger.header.with("x", try JSON.parse(ForgedForms.nested(JSON.maximumDepth - 1)))
            forgeries.append(try forger.forgery("deep", forger.token(header: depth), .unsupportedHeader))
            try await forger.expectRefused(forgeries)
        }
    }
}
