import FoundationEssentials
import Gatehouse
import Testing

/// The rows 403 to 422 of the contract's error table; `email_not_verified` can't be reached before mail verification exists,
/// and 413 stands with the hostile input.
@Suite struct RefusedTests {
    @Test func `403 registration_closed where the tenant says so`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.registrationOpen = false }
        try expectProblem(try await tenant.register(), 403, "registration_closed")
    }

    @Test func `403 cross_site_request for a cookie used from elsewhere`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.cookieUser()
        let headers = tenant.cookies(of: user) + ["Origin": "https://evil.example"]
        try expectProblem(try await tenant.send("POST", "/v1/refresh", headers), 403, "cross_site_request")
    }

    @Test func `403 invalid_credentials for a wrong current password`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let body: JSON = ["current_password": "not-the-Password9", "new_password": "another-Lintel92-quasar"]
        try expectProblem(
            try await tenant.send("POST", "/v1/password", user.bearer, json: body), 403, "invalid_credentials")
        #expect(try await tenant.logIn(user.email).status == 200)
    }

    @Test func `404 tenant_not_found for an unknown and for a disabled tenant, on every path`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        _ = try await service.administration.disableTenant(tenant.tenant.slug)
        for slug in [tenant.tenant.slug, "nosuchtenant", "NO", "%73hop"] {
            for (method, path) in everyRoute + [("GET", "/"), ("PURGE", "/x")] {
                try expectProblem(try await service.send(method, "/t/\(slug)\(path)"), 404, "tenant_not_found")
            }
        }
        try expectProblem(
            try await service.send("GET", "/.well-known/oauth-authorization-server/t/nosuchtenant"), 404,
            "tenant_not_found")
    }

    @Test func `404 session_not_found for another's session and for no id at all`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let (victim, thief) = (try await tenant.user(), try await tenant.user())
        let sessions = try await tenant.send("GET", "/v1/sessions", victim.bearer).json["sessions"]?.arrayValue
        let id = try #require(sessions?.first?.objectValue?["id"]?.stringValue)
        for id in [id, UUID().uuidString.lowercased(), "not-a-uuid"] {
            try expectProblem(
                try await tenant.send("DELETE", "/v1/sessions/\(id)", thief.bearer), 404, "session_not_found")
        }
        #expect(try await tenant.me(victim.access).status == 200)
    }

    @Test func `404 not_found for everything else`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        for path in ["/nope", "/", "/t/", "/readyz", "/metrics", "*"] {
            try expectProblem(try await service.send("GET", path), 404, "not_found")
        }
        for path in ["/v1/nope", "/v2/login", "/", "/v1/login/", "/v1/me/x"] {
            try expectProblem(try await tenant.send("GET", path), 404, "not_found")
        }
    }

    @Test(arguments: [
        ("GET", "/v1/login", "POST, OPTIONS"), ("PUT", "/v1/me", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        ("PUT", "/v1/register", "POST, OPTIONS"), ("POST", "/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
        ("PURGE", "/v1/login", "POST, OPTIONS"), ("PROPFIND", "/v1/sessions", "GET, HEAD, OPTIONS"),
    ])
    func `405 method_not_allowed with Allow`(method: String, path: String, allow: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.send(method, path)
        try expectProblem(reply, 405, "method_not_allowed")
        #expect(reply.header("allow") == allow)
        let health = try await tenant.service.send("POST", "/healthz")
        try expectProblem(health, 405, "method_not_allowed")
    }

    @Test func `409 email_taken and username_taken, whatever the case`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user(["username": "Holder"])
        try expectProblem(try await tenant.register(user.email.uppercased()), 409, "email_taken")
        try expectProblem(try await tenant.register(randomEmail(), ["username": "hOLDER"]), 409, "username_taken")
        let other = try await tenant.user()
        try expectProblem(
            try await tenant.send("PATCH", "/v1/me", other.bearer, json: ["username": "HOLDER"]), 409, "username_taken")
    }

    @Test func `415 unsupported_media_type for a body that isn't declared as JSON`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.emailLogin = .code }
        let user = try await tenant.user()
        let body = Array(#"{"email":"a@example.com"}"#.utf8)
        for (method, path) in jsonRoutes {
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", nil] {
                let headers = user.bearer + (type.map { ["Content-Type": $0] } ?? [:])
                try expectProblem(
                    try await tenant.service.send(method, tenant.path(path), headers, body: body), 415,
                    "unsupported_media_type")
            }
        }
    }

    @Test func `422 weak_password for a guessable and for a short one`() async throws {
        let tenant = try await RunningService.shared.tenant()
        for password in ["password1", "vY4-q9z", ""] {
            let reply = try await tenant.register(randomEmail(), ["password": .string(password)])
            try expectProblem(reply, 422, "weak_password")
            #expect(reply.fields == ["password"])
        }
    }
}
