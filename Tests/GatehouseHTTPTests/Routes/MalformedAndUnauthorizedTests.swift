import FoundationEssentials
import Gatehouse
import Synchronization
import Testing

/// The rows 400 and 401 of the contract's error table.
@Suite struct MalformedAndUnauthorizedTests {
    @Test(arguments: [
        "{", "", "nul", #"{"email":"a@example.com",}"#, #"{"a":1} x"#, "{'email':1}", #"{"password":NaN}"#,
        String(repeating: "[", count: 5000), "\u{FEFF}{}",
    ])
    func `400 malformed_json for what is no JSON`(text: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        for path in ["/v1/register", "/v1/login"] {
            try expectProblem(try await tenant.send("POST", path, raw: Array(text.utf8)), 400, "malformed_json")
        }
    }

    @Test(arguments: [[0xFF, 0xFE, 0x7B, 0x7D], Array(#"{"email":""#.utf8) + [0xC3, 0x28, 0x22, 0x7D]] as [[UInt8]])
    func `400 malformed_json for what is no UTF-8`(bytes: [UInt8]) async throws {
        let tenant = try await RunningService.shared.tenant()
        try expectProblem(try await tenant.send("POST", "/v1/login", raw: bytes), 400, "malformed_json")
    }

    @Test(arguments: [
        "[]", "7", "null", #"{"email":"a@example.com","email":"b@example.com","password":"x"}"#,
        #"{"email":"a@example.com","\u0065mail":"b@example.com","password":"x"}"#, #" ["\u0000"]"#, #""\ud800""#,
        #"[{"a":"\u0000"}]"#,
    ])
    func `400 malformed_request for no object and for a member that is there twice`(text: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        try expectProblem(try await tenant.send("POST", "/v1/login", raw: Array(text.utf8)), 400, "malformed_request")
    }

    @Test func `400 malformed_request for two tokens, two cookies or two Authorization headers`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let (user, other) = (try await tenant.cookieUser(), try await tenant.user())
        for path in ["/v1/refresh", "/v1/logout"] {
            try expectProblem(
                try await tenant.send(
                    "POST", path, tenant.cookies(of: user), json: ["refresh_token": .string(other.refresh)]),
                400, "malformed_request")
        }
        try expectProblem(
            try await tenant.send("POST", "/v1/logout", other.bearer, json: ["refresh_token": .string(other.refresh)]),
            400, "malformed_request")
        let twice = ["Cookie": "\(tenant.refreshCookie)=\(user.refresh); \(tenant.refreshCookie)=x"]
        try expectProblem(try await tenant.send("POST", "/v1/refresh", twice), 400, "malformed_request")
        let headers = ["Authorization": "Bearer \(other.access)", "authorization": "Bearer \(other.access)"]
        try expectProblem(try await tenant.send("GET", "/v1/me", headers), 400, "malformed_request")
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
            try expectProblem(reply, 401, "invalid_credentials")
            #expect(reply.header("www-authenticate") == nil)
            let id = try #require(reply.header("x-request-id"))
            shapes.append(
                reply.headers.filter { !["date", "x-request-id"].contains($0.name) }.map { "\($0.name): \($0.value)" }
                    + [String(decoding: reply.body, as: UTF8.self).replacing(id, with: "")])
        }
        #expect(Set(shapes).count == 1)
    }

    @Test func `401 missing_token without a token, before the body is judged`() async throws {
        let tenant = try await RunningService.shared.tenant()
        for (method, path) in bearerRoutes {
            let reply = try await tenant.send(method, path)
            try expectProblem(reply, 401, "missing_token")
            #expect(reply.header("www-authenticate") == "Bearer realm=\"\(tenant.tenant.slug)\"")
        }
        for path in ["/v1/me", "/v1/password"] {
            let method = path == "/v1/me" ? "PATCH" : "POST"
            try expectProblem(try await tenant.send(method, path, json: ["nonsense": 1]), 401, "missing_token")
        }
        try expectProblem(try await tenant.send("POST", "/v1/refresh", json: [:]), 401, "missing_token")
        try expectProblem(try await tenant.send("POST", "/v1/refresh"), 401, "missing_token")
        try expectProblem(try await tenant.send("POST", "/v1/logout", json: [:]), 401, "missing_token")
    }

    @Test(arguments: ["Bearer", "Bearer x", "Bearer a.b.c", "Bearer a b"])
    func `401 invalid_token for what is no token`(value: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.send("GET", "/v1/me", ["Authorization": value])
        try expectProblem(reply, 401, "invalid_token")
        #expect(reply.header("www-authenticate")?.contains("error=\"invalid_token\"") == true)
        try expectProblem(try await tenant.refresh("x"), 401, "invalid_token")
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
            try expectProblem(reply, 401, "token_expired")
            #expect(reply.header("www-authenticate")?.hasPrefix("Bearer") == true)
        }
    }

    @Test func `401 refresh_token_reused for an old generation, and session_ended from then on`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let second = try await tenant.refresh(user.refresh).text("refresh_token")
        #expect(try await tenant.refresh(second).status == 200)
        try expectProblem(try await tenant.refresh(user.refresh), 401, "refresh_token_reused")
        try expectProblem(try await tenant.refresh(second), 401, "session_ended")
        let reply = try await tenant.me(user.access)
        try expectProblem(reply, 401, "session_ended")
        #expect(reply.header("www-authenticate")?.hasPrefix("Bearer") == true)
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
