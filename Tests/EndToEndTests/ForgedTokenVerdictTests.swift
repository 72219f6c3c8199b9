import Foundation
import Gatehouse
import TestSupport
import Testing

/// A few of the forged tokens of `ForgedTokenTests`, through the program itself.
@Suite("gatehouse admin jws verify", .timeLimit(.minutes(3)))
struct ForgedTokenVerdictTests {
    private let key = KeyMaterial.generate(.es256)

    /// Runs `body` with a tenant that trusts `key`, and the tokens of a user of it who is signed in.
    private func withSession(
        _ body: (_ place: Installation, _ access: TokenParts, _ refresh: String) async throws -> Void
    ) async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        #expect(try await Program.importKey(key, into: "shop", in: place).status == 0)
        try await place.serving { _ in
            let session = try await HTTP.post(
                "\(place.url)/t/shop/v1/register",
                ["email": "ada@example.com", "password": goodPassword])
            #expect(session.status == 201)
            var access = try TokenParts(session.text("access_token"))
            access.header = try #require(JSON.parse(access.header).objectValue)
                .with("kid", .string(key.kid)).serialized()
            try await body(place, access, session.text("refresh_token"))
        }
    }

    private func expectRefused(
        _ token: String, _ reason: String, claims: JSONObject? = nil, in place: Installation
    ) async throws {
        let verdict = try await Program.admin("jws", "verify", "shop", in: place, input: token)
        #expect(verdict.status == 1, "\(reason)")
        #expect(verdict.errors == "gatehouse: The token is not valid: \(reason).\n")
        let expected: JSON = [
            "valid": false, "reason": .string(reason), "claims": claims.map(JSON.object) ?? .null,
        ]
        #expect(try JSON.parse(verdict.output.trimmingCharacters(in: .newlines)) == expected, "\(reason)")
        let me = try await HTTP.get("\(place.url)/t/shop/v1/me", bearer: token)
        #expect(me.status == 401, "\(reason)")
        #expect(me.text("code") == (reason == "expired" ? "token_expired" : "invalid_token"), "\(reason)")
    }

    @Test("A forged token ends with 1 and its reason, an honest one with 0 and its claims, and nothing is fetched")
    func verdicts() async throws {
        try await withSession { place, access, refresh in
            let wire = try TripWire()
            let header = try #require(JSON.parse(access.header).objectValue)
            let claims = try #require(JSON.parse(access.payload).objectValue)
            let good = try access.signed(by: key)
            let signature = try TokenParts(good).signature
            let raised = claims.with("email", "root@example.com")
            let (late, foreign) = (claims.with("exp", 1), claims.with("iss", "https://evil.example"))
            let long = claims.with("pad", .string(String(repeating: "~", count: 8192)))
            func token(_ header: JSONObject, _ claims: JSONObject) throws -> String {
                try TokenParts(header: header, payload: claims).signed(by: key)
            }
            let forged: [(String, String, JSONObject?)] = [
                (TokenParts(header: header, payload: raised).with(signature: signature), "bad_signature", nil),
                (try access.signed(by: .generate(.es256)), "bad_signature", nil),
                (access.with(signature: [UInt8](repeating: 0, count: 64)), "bad_signature", nil),
                (TokenParts(header: header.with("alg", "none"), payload: raised).text, "malformed", nil),
                (try token(header.with("alg", "none"), raised), "unsupported_header", nil),
                (try token(header.with("jku", .string(wire.url("keys"))), claims), "unsupported_header", nil),
                (try token(header.with("x5u", .string(wire.url("chain"))), claims), "unsupported_header", nil),
                (try token(header.with("alg", "HS256"), claims), "wrong_algorithm", nil),
                (try token(header.with("typ", "rt+jwt"), claims), "wrong_type", nil), (refresh, "unknown_key", nil),
                (try token(header, claims.with("aud", ["shop"])), "invalid_claims", claims.with("aud", ["shop"])),
                (try token(header, foreign), "wrong_issuer", foreign), (try token(header, late), "expired", late),
                (try token(header, long), "malformed", nil), (good + "=", "malformed", nil),
            ]
            for (token, reason, claims) in forged {
                try await expectRefused(token, reason, claims: claims, in: place)
            }
            #expect(!wire.isTouched)
            let verdict = try await Program.admin("jws", "verify", "shop", in: place, input: good + "\n")
            #expect(verdict.status == 0, "\(verdict.errors)")
            #expect(verdict.errors.isEmpty)
            let expected: JSON = ["valid": true, "reason": nil, "claims": .object(claims)]
            #expect(try JSON.parse(verdict.output.trimmingCharacters(in: .newlines)) == expected)
        }
    }

    @Test("What is longer than standard input is read gets a verdict too")
    func endless() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        for size in [65_536, 65_537, 1_000_000] {
            let input = String(repeating: "A", count: size)
            let verdict = try await Program.admin("jws", "verify", "shop", in: place, input: input)
            #expect(verdict.status == 1 && verdict.object["reason"] as? String == "malformed", "\(size)")
        }
    }
}
