import Gatehouse
import TestSupport
import Testing

/// The public cases of JSON Web Signatures that must not pass (RFC 7515, RFC 8725, Wycheproof's `json_web_signature`), at
/// both doors: the bearer routes, and `jws verify`. Each comes with its untampered twin, which does pass.
///
/// The bounds of time and memory are those of the limit and of `CompactJWS.maximumLength`.
@Suite(.timeLimit(.minutes(2))) struct ForgedTokenTests {
    @Test(arguments: SigningAlgorithm.allCases)
    func `A good token of the test's making opens every bearer route`(algorithm: SigningAlgorithm) async throws {
        let forger = try await Forger(algorithm)
        let token = try forger.token()
        #expect(try await forger.verdict(on: token).valid)
        #expect(try await forger.verdict(on: token).claims == forger.claims)
        let expected = [
            "GET /v1/me": 200, "PATCH /v1/me": 400, "GET /v1/verify": 204, "GET /v1/sessions": 200,
            "POST /v1/password": 400, "POST /v1/email": 400, "POST /v1/email/verification": 202, "DELETE /v1/me": 422,
            "DELETE /v1/sessions/00000000-0000-4000-8000-000000000000": 404, "POST /v1/logout": 204,
        ]
        let logout = { (route: (String, String)) in route.1 == "/v1/logout" }
        for (method, path) in bearerRoutes.filter({ !logout($0) }) + bearerRoutes.filter(logout) {
            let reply = try await forger.tenant.send(method, path, bearer(token))
            #expect(reply.status == expected["\(method) \(path)"], "\(method) \(path): \(reply)")
        }
        #expect(try await forger.verdict(on: token).reason == .sessionEnded)
        #expect(try await forger.tenant.me(token).code == "session_ended")
    }

    @Test func `What passes as a cookie is what passes as a bearer token`() async throws {
        let forger = try await Forger()
        let stranger = try forger.good.signed(by: KeyMaterial.generate(.es256))
        for (token, status) in [(stranger, 401), (try forger.token(), 200)] {
            let reply = try await forger.tenant.send(
                "GET", "/v1/me", ["Cookie": "\(forger.tenant.accessCookie)=\(token)"])
            #expect(reply.status == status, "\(reply)")
        }
    }
}
