import Gatehouse
import Testing

/// A password that no strength estimate refuses.
let goodPassword = "vivid-Otter47-lintel-quasar"

/// A tenant of a running service, and its routes called as an app calls them.
struct TestTenant: Sendable {
    let service: RunningService
    let tenant: Tenant

    var accessCookie: String { "__Host-\(tenant.slug)-access" }
    var refreshCookie: String { "__Secure-\(tenant.slug)-refresh" }

    func path(_ path: String) -> String { "/t/\(tenant.slug)\(path)" }

    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], json: JSON? = nil
    ) async throws -> Reply {
        var headers = headers
        if json != nil { headers["Content-Type"] = "application/json" }
        return try await service.send(method, self.path(path), headers, body: json?.serialized())
    }

    /// Sends raw bytes as JSON.
    func send(_ method: String, _ path: String, raw: [UInt8]) async throws -> Reply {
        try await service.send(method, self.path(path), ["Content-Type": "application/json"], body: raw)
    }

    func register(
        _ email: String = randomEmail(), _ extra: JSONObject = [:], headers: [String: String] = [:]
    ) async throws -> Reply {
        var body: JSONObject = ["email": .string(email), "password": .string(goodPassword)]
        for member in extra.members { body[member.name] = member.value }
        return try await send("POST", "/v1/register", headers, json: .object(body))
    }

    func logIn(_ email: String, _ password: String = goodPassword) async throws -> Reply {
        try await send("POST", "/v1/login", json: ["email": .string(email), "password": .string(password)])
    }

    func refresh(_ token: String) async throws -> Reply {
        try await send("POST", "/v1/refresh", json: ["refresh_token": .string(token)])
    }

    func me(_ accessToken: String) async throws -> Reply {
        try await send("GET", "/v1/me", bearer(accessToken))
    }

    /// The id of the session that this token belongs to.
    func sessionID(of accessToken: String) async throws -> String {
        let sessions = try await send("GET", "/v1/sessions", bearer(accessToken)).json["sessions"]?.arrayValue ?? []
        let current = sessions.compactMap(\.objectValue).first { $0["current"] == true }
        return try #require(current?["id"]?.stringValue)
    }

    /// A new user with a session, tokens in hand.
    func user(_ extra: JSONObject = [:]) async throws -> TestUser {
        let email = randomEmail()
        let reply = try await register(email, extra)
        try #require(reply.status == 201, "\(reply)")
        return TestUser(
            email: email, access: try reply.text("access_token"), refresh: try reply.text("refresh_token"))
    }

    /// A new user with a session in cookies.
    func cookieUser() async throws -> TestUser {
        let email = randomEmail()
        let reply = try await register(email, ["delivery": "cookie"])
        return TestUser(
            email: email, access: try #require(reply.cookies[accessCookie]),
            refresh: try #require(reply.cookies[refreshCookie]))
    }

    /// The `Cookie` header of a browser that holds this session.
    func cookies(of user: TestUser) -> [String: String] {
        ["Cookie": "\(accessCookie)=\(user.access); \(refreshCookie)=\(user.refresh)"]
    }
}

struct TestUser: Sendable {
    let email: String
    let access: String
    let refresh: String

    var bearer: [String: String] { ["Authorization": "Bearer \(access)"] }
}

func bearer(_ token: String) -> [String: String] { ["Authorization": "Bearer \(token)"] }

func randomEmail() -> String { "u\(UInt64.random(in: 0 ... .max))@example.com" }

func + (left: [String: String], right: [String: String]) -> [String: String] {
    left.merging(right) { _, new in new }
}
