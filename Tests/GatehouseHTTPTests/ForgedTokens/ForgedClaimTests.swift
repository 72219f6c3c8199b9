import FoundationEssentials
import Gatehouse
import TestSupport
import Testing

extension ForgedTokenTests {
    /// Well signed, and still not for us, not now, or not to be understood.
    @Suite struct Claims {
        @Test(arguments: SigningAlgorithm.allCases)
        func `A token for somebody else is refused`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let issuer = try #require(forger.claims["iss"]?.stringValue)
            let slug = forger.tenant.tenant.slug
            let issuers = [
                "", "x", issuer + "/", issuer + "x", String(issuer.dropLast()), issuer.uppercased(),
                "\(issuer)\u{200B}",
                issuer.replacing("https:", with: "http:"), issuer.replacing("/t/\(slug)", with: ""),
                issuer.replacing("https://", with: "https://\(slug)@"),
            ]
            let audiences = ["", slug + "x", slug.uppercased(), String(slug.dropLast()), issuer, "*"]
            let forgeries =
                try issuers.map { text in
                    let token = try forger.token(claims: forger.claims.with("iss", .string(text)))
                    return forger.forgery("iss \(text)", token, .wrongIssuer)
                }
                + audiences.map { text in
                    let token = try forger.token(claims: forger.claims.with("aud", .string(text)))
                    return forger.forgery("aud \(text)", token, .wrongAudience)
                }
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A token before or after its time is refused`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let now = Int(Date().timeIntervalSince1970)
            let times: [(String, Int, TokenFault)] = [
                ("exp", now - 1, .expired), ("exp", now, .expired), ("exp", now - 86_400, .expired),
                ("exp", 0, .expired),
                ("nbf", now + 3600, .notYetValid), ("iat", now + 3600, .notYetValid),
                ("nbf", 253_402_300_799, .notYetValid),
            ]
            try await forger.expectRefused(
                try times.map { name, time, reason in
                    let token = try forger.token(claims: forger.claims.with(name, .integer(time)))
                    return forger.forgery("\(name) \(time - now) s from now", token, reason)
                })
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A claim of another type or twice is refused`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let audience = try #require(forger.claims["aud"])
            let changes: [(String, JSON?)] = [
                ("aud", [audience]), ("aud", [audience, "other"]), ("aud", [:]), ("aud", nil), ("iss", nil),
                ("iss", .array([forger.claims["iss"] ?? nil])), ("exp", nil), ("exp", "9999999999"), ("exp", -1),
                ("exp", 253_402_300_800), ("exp", true), ("exp", .null), ("nbf", .null), ("nbf", "0"), ("iat", nil),
                ("sub", nil), ("sub", ""), ("sub", "' or 1=1 --"), ("sub", ["$ne": nil]), ("sid", nil), ("sid", "*"),
                ("sid", .string(forger.claims["sid"]?.stringValue?.uppercased() ?? "")), ("jti", .null),
                ("email_verified", "true"),
            ]
            var forgeries = try changes.map { name, value in
                let token = try forger.token(claims: forger.claims.with(name, value))
                return forger.forgery("\(name) \(value?.text ?? "absent")", token, .invalidClaims)
            }
            let good = String(decoding: forger.claims.serialized().dropFirst().dropLast(), as: UTF8.self)
            let texts = [
                "{\"exp\":9999999999,\(good)}", "{\(good),\"exp\":9999999999}", "{\(good),\"\\u0073ub\":\"x\"}",
                "{\(good),\(good)}", "[{\(good)}]", "{\(good)", "{\(good)} x", "null", "\"\"", "1", "\u{FEFF}{\(good)}",
                "{\(good),\"x\":\"\\u0000\"}", "{\(good),\"x\":01}", "{\(good),\"x\":NaN}", "{'x':1,\(good)}",
            ]
            forgeries += try texts.map { text in
                let parts = TokenParts(header: forger.header.serialized(), payload: Array(text.utf8))
                return try forger.forgery("payload \(text.prefix(40))", parts.signed(by: forger.key), .invalidClaims)
            }
            try await forger.expectRefused(forgeries)
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `Claims are read to a certain depth`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let good = String(decoding: forger.claims.serialized().dropLast(), as: UTF8.self)
            func token(_ rest: String) throws -> String {
                try TokenParts(header: forger.header.serialized(), payload: Array("\(good),\(rest)".utf8))
                    .signed(by: forger.key)
            }
            let twin = try token("\"x\":\(ForgedForms.nested(JSON.maximumDepth - 1))}")
            try await forger.expectRefused(
                try [
                    "\"x\":\(ForgedForms.nested(JSON.maximumDepth))}", "\"x\":\(ForgedForms.nested(2400))}",
                    "\"x\":\(String(repeating: "[", count: 5000))", String(repeating: "\"x\":{", count: 1000),
                ].map { Forgery("nested \($0.prefix(50))", try token($0), .invalidClaims, twin: twin) })
        }

        @Test func `Several faults are told in the documented order, the signature's before any claim`() async throws {
            let forger = try await Forger()
            let wrong = forger.claims.with("iss", "x").with("aud", "x").with("nbf", 253_402_300_799).with("exp", 0)
            let typed = forger.header.with("typ", "JWT")
            let stranger = KeyMaterial.generate(.es256)
            let parts = TokenParts(header: typed, payload: wrong)
            let algorithm = TokenParts(header: typed.with("alg", "HS256"), payload: wrong)
            let kid = TokenParts(header: typed.with("kid", "x").with("alg", "HS256"), payload: wrong)
            let more = TokenParts(header: typed.with("kid", "x").with("x", 1), payload: wrong)
            let audience = wrong.with("iss", forger.claims["iss"])
            let early = audience.with("aud", forger.claims["aud"])
            try await forger.expectRefused([
                try forger.forgery("no base64url", more.signed(by: stranger) + "=", .malformed),
                try forger.forgery("a member too many", more.signed(by: stranger), .unsupportedHeader),
                try forger.forgery("no such key", kid.signed(by: stranger), .unknownKey),
                try forger.forgery("not its algorithm", algorithm.signed(by: stranger), .wrongAlgorithm),
                try forger.forgery("not its signature", parts.signed(by: stranger), .badSignature),
                try forger.forgery("no access token", parts.signed(by: forger.key), .wrongType),
                try forger.forgery("no email", forger.token(claims: wrong.with("email", nil)), .invalidClaims),
                try forger.forgery("not our issuer", forger.token(claims: wrong), .wrongIssuer),
                try forger.forgery("not our audience", forger.token(claims: audience), .wrongAudience),
                try forger.forgery("not yet, and no more", forger.token(claims: early), .notYetValid),
                try forger.forgery("no more", forger.token(claims: forger.claims.with("exp", 0)), .expired),
            ])
        }
    }
}
