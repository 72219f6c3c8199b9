import FoundationEssentials
import Gatehouse
import TestSupport
import Testing

extension ForgedTokenTests {
    /// The doors of refresh tokens: `refresh` and `logout` with a body or a cookie, and `jws verify --use refresh`.
    @Suite struct Refresh {
        private func expectRefused(_ forgeries: [Forgery], at forger: Forger) async throws {
            let cookie = forger.tenant.refreshCookie
            for forgery in forgeries {
                try await forger.expectVerdict(on: forgery, use: .refresh)
                let code = forgery.reason == .expired ? "token_expired" : "invalid_token"
                // To sign out by, one that has expired is as good as any, which `ExpiredTokenLogOutTests` are about.
                for path in forgery.reason == .expired ? ["/v1/refresh"] : ["/v1/refresh", "/v1/logout"] {
                    let replies = [
                        try await forger.tenant.send("POST", path, json: ["refresh_token": .string(forgery.token)]),
                        try await forger.tenant.send("POST", path, ["Cookie": "\(cookie)=\(forgery.token)"]),
                    ]
                    for reply in replies {
                        #expect(reply.status == 401, "\(forgery.name), \(path): \(reply)")
                        #expect(reply.code == code, "\(forgery.name), \(path): \(reply)")
                    }
                }
            }
            for twin in Set(forgeries.map(\.twin)) {
                #expect(try await forger.verdict(on: twin, use: .refresh).reason == nil)
                #expect(try await forger.tenant.refresh(twin).status == 200)
            }
        }

        private func forgery(_ name: String, _ token: String, _ reason: TokenFault, of forger: Forger) throws -> Forgery
        {
            Forgery(name, token, reason, twin: try forger.refreshToken())
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `An access token is no refresh token`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let named = TokenParts(header: forger.refreshHeader, payload: forger.claims)
            let typed = forger.refreshHeader.with("typ", "at+jwt")
            let signed = TokenParts(header: forger.header.with("typ", "rt+jwt"), payload: forger.refreshClaims)
            try await expectRefused(
                [
                    try forgery("the user's access token", forger.user.access, .unknownKey, of: forger),
                    try forgery("by the access key", signed.signed(by: forger.key), .unknownKey, of: forger),
                    try forgery("as at+jwt", forger.refreshToken(header: typed), .wrongType, of: forger),
                    try forgery(
                        "what an access token says", named.signed(by: forger.refreshKey), .invalidClaims, of: forger),
                    try forgery(
                        "an access token by the refresh key",
                        forger.refreshToken(header: typed, claims: forger.claims), .wrongType, of: forger),
                ], at: forger)
        }

        @Test func `A refresh token with a forged signature, header or form is refused`() async throws {
            let forger = try await Forger()
            let good = try TokenParts(forger.refreshToken())
            let later = TokenParts(header: good.header, payload: forger.refreshClaims.with("gen", 1).serialized())
            let none = TokenParts(header: forger.refreshHeader.with("alg", "none"), payload: forger.refreshClaims)
            let long = forger.refreshHeader.with("pad", .string(String(repeating: "~", count: 6000)))
            let wire = try TripWire()
            let jku = forger.refreshHeader.with("jku", .string(wire.url("keys")))
            let forgeries: [(String, String, TokenFault)] = [
                ("another generation", later.with(signature: good.signature), .badSignature),
                ("half a code", good.with(signature: Array(good.signature.prefix(16))), .badSignature),
                ("another key", try good.signed(by: .generate(.hs256)), .badSignature),
                (
                    "ES256", try forger.refreshToken(header: forger.refreshHeader.with("alg", "ES256")),
                    .wrongAlgorithm
                ),
                ("none, signed", try none.signed(by: forger.refreshKey), .unsupportedHeader),
                ("none", none.text, .malformed), ("padded", good.text + "=", .malformed),
                ("jku", try forger.refreshToken(header: jku), .unsupportedHeader),
                ("too long", try forger.refreshToken(header: long), .malformed),
            ]
            try await expectRefused(
                try forgeries.map { try forgery($0, $1, $2, of: forger) }, at: forger)
            #expect(!wire.isTouched)
        }

        @Test func `A refresh token with other claims than its own is refused`() async throws {
            let forger = try await Forger()
            let other = try await Forger()
            let now = Int(Date().timeIntervalSince1970)
            let changes: [(String, JSON?, TokenFault)] = [
                ("tid", other.refreshClaims["tid"], .wrongIssuer), ("tid", nil, .invalidClaims),
                ("gen", -1, .invalidClaims), ("gen", "0", .invalidClaims), ("gen", nil, .invalidClaims),
                ("sid", "*", .invalidClaims), ("sub", forger.claims["sub"], .invalidClaims),
                ("scope", "global", .invalidClaims), ("exp", .integer(now - 120), .expired),
            ]
            var forgeries = try changes.map { name, value, reason in
                let token = try forger.refreshToken(claims: forger.refreshClaims.with(name, value))
                return try forgery("\(name) \(value?.text ?? "absent")", token, reason, of: forger)
            }
            forgeries.append(try forgery("another tenant's", other.user.refresh, .unknownKey, of: forger))
            try await expectRefused(forgeries, at: forger)
        }

        @Test func `A refresh token of 100 KiB isn't read`() async throws {
            let forger = try await Forger()
            let pad = JSON.string(String(repeating: "~", count: 80_000))
            let long = try forger.refreshToken(header: forger.refreshHeader.with("pad", pad))
            #expect(try await forger.verdict(on: long, use: .refresh).reason == .malformed)
            #expect(try await forger.tenant.refresh(long).code == "payload_too_large")
            #expect(try await forger.tenant.refresh(forger.refreshToken()).status == 200)
        }
    }
}
