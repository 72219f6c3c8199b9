import Gatehouse
import TestSupport
import Testing

extension ForgedTokenTests {
    /// Well signed and in time, but of a session that isn't the user's, or of a generation that isn't the session's.
    @Suite struct Mixed {
        @Test func `A token of one user that names another's session opens and ends nothing`() async throws {
            let forger = try await Forger(.hs256)
            let victim = try await forger.tenant.user()
            let theirs = try #require(try JSON.object(in: TokenParts(victim.access).payload)["sid"])
            let mixed = try forger.token(claims: forger.claims.with("sid", theirs))
            #expect(try await forger.tenant.me(mixed).code == "session_ended")
            let verdict = try await forger.verdict(on: mixed)
            #expect(!verdict.valid && verdict.reason == .sessionEnded)
            for scope in ["local", "others", "global"] {
                let reply = try await forger.tenant.send(
                    "POST", "/v1/logout", bearer(mixed), json: ["scope": .string(scope)])
                #expect(reply.status == 204)
                #expect(try await forger.tenant.me(victim.access).status == 200, "\(scope)")
            }
            #expect(try await forger.tenant.me(forger.twin).status == 200)
        }

        @Test func `Verify judges a refresh token's generation as the service does`() async throws {
            let forger = try await Forger()
            func verdict(_ generation: Int) async throws -> TokenVerdict {
                let claims = forger.refreshClaims.with("gen", .integer(generation))
                return try await forger.verdict(on: try forger.refreshToken(claims: claims), use: .refresh)
            }
            #expect(try await verdict(0).valid)
            #expect(try await verdict(1).reason == .invalidClaims)
            var token = forger.user.refresh
            for _ in 0..<2 { token = try await forger.tenant.refresh(token).text("refresh_token") }
            #expect(try await verdict(0).reason == .sessionEnded)
            for generation in 1...2 { #expect(try await verdict(generation).valid) }
            #expect(try await verdict(3).reason == .invalidClaims)
            #expect(try await forger.tenant.refresh(token).status == 200)
        }
    }
}
