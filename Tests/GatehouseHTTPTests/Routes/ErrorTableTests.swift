import FoundationEssentials
import Gatehouse
import Postgres
import Synchronization
import Testing

/// Every row of the contract's error table that can be reached from outside; `email_not_verified` can't be before mail
/// verification exists.
@Suite struct ErrorTableTests {
    private func expect(_ reply: Reply, _ status: Int, _ code: String) throws {
        #expect(reply.status == status, "\(reply)")
        #expect(reply.code == code, "\(reply)")
        let document = try reply.json
        #expect(document["status"] == .integer(status))
        #expect(document["type"] == "about:blank")
        #expect(document["request_id"]?.stringValue == reply.header("x-request-id"))
        #expect(reply.header("cache-control") == "no-store")
        #expect(reply.header("x-content-type-options") == "nosniff")
        #expect((reply.header("retry-after") != nil) == [429, 503].contains(status), "\(reply)")
    }

    @Test(arguments: [
        "{", "", "nul", #"{"email":"a@example.com",}"#, #"{"a":1} x"#, "{'email':1}", #"{"password":NaN}"#,
        String(repeating: "[", count: 5000), "\u{FEFF}{}",
    ])
    func `400 malformed_json for what is no JSON`(text: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        for path in ["/v1/register", "/v1/login"] {
            try expect(try await tenant.send("POST", path, raw: Array(text.utf8)), 400, "malformed_json")
        }
    }

    @Test(arguments: [[0xFF, 0xFE, 0x7B, 0x7D], Array(#"{"email":""#.utf8) + [0xC3, 0x28, 0x22, 0x7D]] as [[UInt8]])
    func `400 malformed_json for what is no UTF-8`(bytes: [UInt8]) async throws {
        let tenant = try await RunningService.shared.tenant()
        try expect(try await tenant.send("POST", "/v1/login", raw: bytes), 400, "malformed_json")
    }

    @Test(arguments: [
        "[]", "7", "null", #"{"email":"a@example.com","email":"b@example.com","password":"x"}"#,
        #"{"email":"a@example.com","\u0065mail":"b@example.com","password":"x"}"#,
    ])
    func `400 malformed_request for no object and for a member that is there twice`(text: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        try expect(try await tenant.send("POST", "/v1/login", raw: Array(text.utf8)), 400, "malformed_request")
    }

    @Test func `400 malformed_request for two tokens, two cookies or two Authorization headers`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let (user, other) = (try await tenant.cookieUser(), try await tenant.user())
        for path in ["/v1/refresh", "/v1/logout"] {
            try expect(
                try await tenant.send(
                    "POST", path, tenant.cookies(of: user), json: ["refresh_token": .string(other.refresh)]),
                400, "malformed_request")
        }
        try expect(
            try await tenant.send("POST", "/v1/logout", other.bearer, json: ["refresh_token": .string(other.refresh)]),
            400, "malformed_request")
        let twice = ["Cookie": "\(tenant.refreshCookie)=\(user.refresh); \(tenant.refreshCookie)=x"]
        try expect(try await tenant.send("POST", "/v1/refresh", twice), 400, "malformed_request")
        let headers = ["Authorization": "Bearer \(other.access)", "authorization": "Bearer \(other.access)"]
        try expect(try await tenant.send("GET", "/v1/me", headers), 400, "malformed_request")
        #expect(try await tenant.refresh(other.refresh).status == 200)
        #expect(try await tenant.refresh(user.refresh).status == 200)
    }

    @Test func `401 invalid_credentials is the same for a wrong password, an unknown email and a disabled user`()
        async throws
    {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        let (user, disabled) = (try await tenant.user(), try await tenant.user())
        _ = try await service.administration.disableUser(tenant: tenant.tenant.slug, user: disabled.email)
        var shapes: [[String]] = []
        for (email, password) in [
            (user.email, "wrong-Password9x"), (randomEmail(), goodPassword), (disabled.email, goodPassword),
            ("no email at all", goodPassword),
        ] {
            let reply = try await tenant.logIn(email, password)
            try expect(reply, 401, "invalid_credentials")
            #expect(reply.header("www-authenticate") == nil)
            shapes.append(
                reply.headers.filter { !["date", "x-request-id"].contains($0.name) }.map { "\($0.name): \($0.value)" }
                    + [try reply.text("detail")])
        }
        #expect(Set(shapes).count == 1)
    }

    @Test func `401 missing_token without a token, before the body is judged`() async throws {
        let tenant = try await RunningService.shared.tenant()
        for (method, path) in bearerRoutes {
            let reply = try await tenant.send(method, path)
            try expect(reply, 401, "missing_token")
            #expect(reply.header("www-authenticate") == "Bearer realm=\"\(tenant.tenant.slug)\"")
        }
        for path in ["/v1/me", "/v1/password"] {
            let method = path == "/v1/me" ? "PATCH" : "POST"
            try expect(try await tenant.send(method, path, json: ["nonsense": 1]), 401, "missing_token")
        }
        try expect(try await tenant.send("POST", "/v1/refresh", json: [:]), 401, "missing_token")
        try expect(try await tenant.send("POST", "/v1/refresh"), 401, "missing_token")
        try expect(try await tenant.send("POST", "/v1/logout", json: [:]), 401, "missing_token")
    }

    @Test(arguments: ["Bearer", "Bearer x", "Bearer a.b.c", "Bearer a b"])
    func `401 invalid_token for what is no token`(value: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.send("GET", "/v1/me", ["Authorization": value])
        try expect(reply, 401, "invalid_token")
        #expect(reply.header("www-authenticate")?.contains("error=\"invalid_token\"") == true)
        try expect(try await tenant.refresh("x"), 401, "invalid_token")
    }

    @Test func `401 token_expired once the lifetime and the tolerance are over`() async throws {
        let ahead = Ahead()
        try await RunningService.run {
            $0.clock = Clock { Date().addingTimeInterval(ahead.seconds) }
        } _: { service in
            let tenant = try await service.tenant()
            let user = try await tenant.user()
            ahead.seconds = 1000
            let reply = try await tenant.me(user.access)
            try expect(reply, 401, "token_expired")
            #expect(reply.header("www-authenticate")?.hasPrefix("Bearer") == true)
        }
    }

    @Test func `401 refresh_token_reused for an old generation, and session_ended from then on`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let second = try await tenant.refresh(user.refresh).text("refresh_token")
        #expect(try await tenant.refresh(second).status == 200)
        try expect(try await tenant.refresh(user.refresh), 401, "refresh_token_reused")
        try expect(try await tenant.refresh(second), 401, "session_ended")
        let reply = try await tenant.me(user.access)
        try expect(reply, 401, "session_ended")
        #expect(reply.header("www-authenticate")?.hasPrefix("Bearer") == true)
    }

    @Test func `403 registration_closed where the tenant says so`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.registrationOpen = false }
        try expect(try await tenant.register(), 403, "registration_closed")
    }

    @Test func `403 cross_site_request for a cookie used from elsewhere`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.cookieUser()
        let headers = tenant.cookies(of: user) + ["Origin": "https://evil.example"]
        try expect(try await tenant.send("POST", "/v1/refresh", headers), 403, "cross_site_request")
    }

    @Test func `403 invalid_credentials for a wrong current password`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let body: JSON = ["current_password": "not-the-Password9", "new_password": "another-Lintel92-quasar"]
        try expect(
            try await tenant.send("POST", "/v1/password", user.bearer, json: body), 403, "invalid_credentials")
        #expect(try await tenant.logIn(user.email).status == 200)
    }

    @Test func `404 tenant_not_found for an unknown and for a disabled tenant, on every path`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        _ = try await service.administration.disableTenant(tenant.tenant.slug)
        for slug in [tenant.tenant.slug, "nosuchtenant", "NO", "%73hop"] {
            for (method, path) in everyRoute + [("POST", "/oauth2/introspect"), ("GET", "/"), ("PURGE", "/x")] {
                try expect(try await service.send(method, "/t/\(slug)\(path)"), 404, "tenant_not_found")
            }
        }
        try expect(
            try await service.send("GET", "/.well-known/oauth-authorization-server/t/nosuchtenant"), 404,
            "tenant_not_found")
    }

    @Test func `404 session_not_found for another's session and for no id at all`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let (victim, thief) = (try await tenant.user(), try await tenant.user())
        let sessions = try await tenant.send("GET", "/v1/sessions", victim.bearer).json["sessions"]?.arrayValue
        let id = try #require(sessions?.first?.objectValue?["id"]?.stringValue)
        for id in [id, UUID().uuidString.lowercased(), "not-a-uuid"] {
            try expect(
                try await tenant.send("DELETE", "/v1/sessions/\(id)", thief.bearer), 404, "session_not_found")
        }
        #expect(try await tenant.me(victim.access).status == 200)
    }

    @Test func `404 not_found for everything else`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        for path in ["/nope", "/", "/t/", "/readyz", "/metrics", "*"] {
            try expect(try await service.send("GET", path), 404, "not_found")
        }
        for path in ["/v1/nope", "/v2/login", "/", "/v1/login/", "/v1/me/x"] {
            try expect(try await tenant.send("GET", path), 404, "not_found")
        }
    }

    @Test(arguments: [
        ("GET", "/v1/login", "POST, OPTIONS"), ("DELETE", "/v1/me", "GET, HEAD, PATCH, OPTIONS"),
        ("PUT", "/v1/register", "POST, OPTIONS"), ("POST", "/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
        ("PURGE", "/v1/login", "POST, OPTIONS"), ("PROPFIND", "/v1/sessions", "GET, HEAD, OPTIONS"),
    ])
    func `405 method_not_allowed with Allow`(method: String, path: String, allow: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.send(method, path)
        try expect(reply, 405, "method_not_allowed")
        #expect(reply.header("allow") == allow)
        let health = try await tenant.service.send("POST", "/healthz")
        try expect(health, 405, "method_not_allowed")
    }

    @Test func `409 email_taken and username_taken, whatever the case`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user(["username": "Holder"])
        try expect(try await tenant.register(user.email.uppercased()), 409, "email_taken")
        try expect(try await tenant.register(randomEmail(), ["username": "hOLDER"]), 409, "username_taken")
        let other = try await tenant.user()
        try expect(
            try await tenant.send("PATCH", "/v1/me", other.bearer, json: ["username": "HOLDER"]), 409, "username_taken")
    }

    @Test func `415 unsupported_media_type for a body that isn't declared as JSON`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let body = Array(#"{"email":"a@example.com"}"#.utf8)
        for (method, path) in jsonRoutes {
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", nil] {
                let headers = user.bearer + (type.map { ["Content-Type": $0] } ?? [:])
                try expect(
                    try await tenant.service.send(method, tenant.path(path), headers, body: body), 415,
                    "unsupported_media_type")
            }
        }
    }

    @Test func `422 weak_password for a guessable and for a short one`() async throws {
        let tenant = try await RunningService.shared.tenant()
        for password in ["password1", "vY4-q9z", ""] {
            let reply = try await tenant.register(randomEmail(), ["password": .string(password)])
            try expect(reply, 422, "weak_password")
            #expect(reply.fields == ["password"])
        }
    }

    @Test func `429 too_many_attempts beyond the budget`() async throws {
        try await RunningService.run {
            $0.limits = try GuessLimits(parsing: "account=2/15m,device=2/15m,source=off,register=off")
        } _: { service in
            let tenant = try await service.tenant()
            let user = try await tenant.user()
            for _ in 0..<2 {
                try expect(try await tenant.logIn(user.email, "wrong-Password9x"), 401, "invalid_credentials")
            }
            try expect(try await tenant.logIn(user.email, "wrong-Password9x"), 429, "too_many_attempts")
            #expect(try await tenant.me(user.access).status == 200)
        }
    }

    @Test func `500 internal tells nothing of what went wrong`() async throws {
        try await RunningService.run { service in
            let tenant = try await service.tenant()
            _ = try await tenant.user()
            try await service.sql("alter table users rename to elsewhere")
            let reply = try await tenant.logIn("a@example.com")
            try expect(reply, 500, "internal")
            #expect(!String(decoding: reply.body, as: UTF8.self).contains("users"))
        }
    }

    @Test func `503 overloaded when the queue of hashes is full`() async throws {
        try await RunningService.run {
            $0.hasher = { PasswordHasher(parameters: .standard, threads: 1, queueLimit: 1) }
        } _: { service in
            let tenant = try await service.tenant()
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<20 { group.addTask { try await tenant.logIn("a@example.com") } }
                return try await group.reduce(into: [Reply]()) { $0.append($1) }
            }
            let refused = replies.filter { $0.status == 503 }
            #expect(!refused.isEmpty)
            for reply in refused { try expect(reply, 503, "overloaded") }
            #expect(replies.allSatisfy { [401, 503].contains($0.status) })
        }
    }

    @Test func `503 database_unavailable while the database is away, never a 401`() async throws {
        try await RunningService.run { service in
            let tenant = try await service.tenant()
            let user = try await tenant.user()
            await service.pool.close()
            for reply in [
                try await tenant.me(user.access), try await tenant.refresh(user.refresh),
                try await tenant.logIn(user.email), try await tenant.register(),
            ] {
                try expect(reply, 503, "database_unavailable")
            }
        }
    }

    @Test func `503 keys_unavailable when the tenant's keys can't be opened`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        try await service.sql(
            "update signing_keys set sealed_secret = '\\x00' where tenant_id = '\(tenant.tenant.id.lowercaseString)'")
        try expect(try await tenant.register(), 503, "keys_unavailable")
    }
}

/// How far the clock of a service is ahead.
private final class Ahead: Sendable {
    private let value = Mutex(0.0)

    var seconds: Double {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
