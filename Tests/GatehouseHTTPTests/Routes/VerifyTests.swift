import FoundationEssentials
import Gatehouse
import Postgres
import TestSupport
import Testing

/// `GET /v1/verify`, as a proxy calls it.
@Suite struct VerifyTests {
    private static let fields = [
        "x-auth-tenant", "x-auth-user-id", "x-auth-session-id", "x-auth-email", "x-auth-email-verified",
        "x-auth-username", "x-auth-name",
    ]

    @Test func `204 with the user in header fields, all of them, by bearer token and by cookie, for HEAD as for GET`()
        async throws
    {
        let tenant = try await RunningService.shared.tenant()
        let (bare, full) = (
            try await tenant.user(), try await tenant.user(["name": "Ada  Lovelace", "username": "Ada"])
        )
        for (user, username, name) in [(bare, "", ""), (full, "Ada", "Ada  Lovelace")] {
            let claims = try JSON.object(in: TokenParts(user.access).payload)
            for headers in [user.bearer, tenant.cookies(of: user)] {
                for method in ["GET", "HEAD"] {
                    let reply = try await tenant.send(method, "/v1/verify", headers)
                    #expect(reply.status == 204 && reply.body.isEmpty, "\(reply)")
                    #expect(reply.header("cache-control") == "no-store")
                    let values = [
                        tenant.tenant.slug, claims["sub"]?.stringValue, claims["sid"]?.stringValue, user.email, "false",
                        username, name,
                    ]
                    #expect(Self.fields.map { reply.all($0) } == values.map { [$0 ?? "missing"] })
                }
            }
        }
    }

    @Test func `What a token says can't break out of a header field`() async throws {
        let forger = try await Forger()
        let claims = forger.claims.with("name", "a\r\nX-Auth-Tenant: evil\u{7F}é").with("email_verified", true)
            .with("preferred_username", "\u{1F512}%41")
        let reply = try await forger.tenant.send("GET", "/v1/verify", bearer(try forger.token(claims: claims)))
        #expect(reply.status == 204)
        #expect(reply.header("x-auth-name") == "a%0D%0AX-Auth-Tenant: evil%7F%C3%A9")
        #expect(reply.header("x-auth-username") == "%F0%9F%94%92%2541")
        #expect(reply.header("x-auth-email-verified") == "true")
        #expect(reply.all("x-auth-tenant") == [forger.tenant.tenant.slug])
    }

    @Test func `401 for contradicting credentials, where a proxy would take 400 for a failure`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let cookie = "\(tenant.accessCookie)=\(user.access)"
        for headers in [["Cookie": "\(cookie); \(cookie)"], user.bearer + ["authorization": "Bearer \(user.access)"]] {
            let reply = try await tenant.send("GET", "/v1/verify", headers)
            try expectProblem(reply, 401, "invalid_token")
            #expect(reply.header("www-authenticate")?.hasPrefix("Bearer realm=") == true)
        }
    }

    @Test func `It is decided without the database, which is why an ended session goes on until its token expires`()
        async throws
    {
        try await RunningService.run { service in
            let tenant = try await service.tenant()
            let user = try await tenant.user()
            _ = try await tenant.send("POST", "/v1/logout", user.bearer)
            #expect(try await tenant.me(user.access).code == "session_ended")
            // Whoever asked for a user or a session now would wait until the test has had its answer.
            let lock = try await Connection.open(service.database.superuserURL)
            try await lock.script("begin; lock table users, refresh_tokens in access exclusive mode")
            let reply = try await tenant.send("GET", "/v1/verify", user.bearer)
            try await lock.script("rollback")
            await lock.close()
            #expect(reply.status == 204)
        }
    }

    @Test(
        arguments: [
            (["X-Original-Method": "GET"], true), (["X-Forwarded-Method": "HEAD"], true), ([:], false),
            (["X-Original-Method": "POST"], false), (["X-Original-Method": "get"], false),
            (["X-Original-Method": "GET", "X-Forwarded-Method": "POST"], false),
            (["X-Original-Method": "POST", "X-Forwarded-Method": "GET"], false),
            (["X-Original-Method": "GET", "x-original-method": "DELETE"], false),
            (["X-Original-Method": "GET", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="], false),
        ] as [([String: String], Bool)])
    func `By cookie from another site only what can change nothing is let through`(
        said: [String: String], isAccepted: Bool
    ) async throws {
        let tenant = try await RunningService.shared.tenant { $0.allowedOrigins = ["https://app.example"] }
        let user = try await tenant.user()
        for foreign in [["Sec-Fetch-Site": "same-site"], ["Origin": "https://evil.example"]] {
            let headers = said + foreign + ["Cookie": "\(tenant.accessCookie)=\(user.access)"]
            let reply = try await tenant.send("GET", "/v1/verify", headers)
            #expect(reply.status == (isAccepted ? 204 : 403), "\(headers): \(reply)")
            #expect(isAccepted || reply.header("x-auth-user-id") == nil)
            #expect(try await tenant.send("GET", "/v1/verify", said + foreign + user.bearer).status == 204)
        }
        for own in [["Sec-Fetch-Site": "same-origin"], ["Origin": "https://app.example"], [:]] {
            let headers = said + own + ["Cookie": "\(tenant.accessCookie)=\(user.access)"]
            #expect(try await tenant.send("GET", "/v1/verify", headers).status == 204)
        }
    }
}
