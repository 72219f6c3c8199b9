import Gatehouse
import GatehouseHTTP
import Testing

/// Login, refresh, logout, me, password and sessions as their clients see them.
@Suite struct SessionRoutesTests {
    @Test func `Login by email or username answers a session, whatever their case`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user(["username": "Grace.H"])
        #expect(try await tenant.logIn(user.email.uppercased()).status == 200)
        for username in ["grace.h", "GRACE.H"] {
            let body: JSON = ["username": .string(username), "password": .string(goodPassword)]
            let reply = try await tenant.send("POST", "/v1/login", json: body)
            #expect(reply.status == 200)
            #expect(try reply.json["user"]?.objectValue?["email"] == .string(user.email))
        }
    }

    @Test(arguments: [[:], ["email": "a@example.com", "username": "a"], ["email": nil]] as [JSONObject])
    func `Login wants exactly one of email and username`(who: JSONObject) async throws {
        let tenant = try await RunningService.shared.tenant()
        var body = who
        body["password"] = .string(goodPassword)
        let reply = try await tenant.send("POST", "/v1/login", json: .object(body))
        #expect(reply.status == 422)
        #expect(reply.code == "validation_failed")
        #expect(!reply.fields.isEmpty)
    }

    @Test func `Refresh answers a session without user`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let reply = try await tenant.refresh(user.refresh)
        #expect(reply.status == 200)
        #expect(
            try reply.json.names == [
                "access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in",
            ])
        #expect(try await tenant.me(try reply.text("access_token")).status == 200)
    }

    @Test func `Logout by bearer needs no body and ends the session`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let reply = try await tenant.send("POST", "/v1/logout", user.bearer)
        #expect(reply.status == 204)
        #expect(reply.body.isEmpty)
        #expect(reply.header("content-length") == nil)
        #expect(try await tenant.me(user.access).code == "session_ended")
        #expect(try await tenant.send("POST", "/v1/logout", user.bearer).status == 204)
    }

    @Test func `Logout by a superseded refresh token is 204, by a forged one 401`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        _ = try await tenant.refresh(user.refresh)
        let body: JSON = ["refresh_token": .string(user.refresh)]
        #expect(try await tenant.send("POST", "/v1/logout", json: body).status == 204)
        let forged: JSON = ["refresh_token": .string(user.refresh + "A")]
        #expect(try await tenant.send("POST", "/v1/logout", json: forged).code == "invalid_token")
    }

    @Test(arguments: [("others", [true, false]), ("global", [false, false]), ("local", [false, true])])
    func `Logout ends the sessions that its scope names`(scope: String, live: [Bool]) async throws {
        let tenant = try await RunningService.shared.tenant()
        let first = try await tenant.user()
        let second = try await tenant.logIn(first.email).text("access_token")
        let reply = try await tenant.send("POST", "/v1/logout", first.bearer, json: ["scope": .string(scope)])
        #expect(reply.status == 204)
        var found: [Bool] = []
        for token in [first.access, second] { found.append(try await tenant.me(token).status == 200) }
        #expect(found == live)
    }

    @Test func `Logout refuses a scope it doesn't know`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let reply = try await tenant.send("POST", "/v1/logout", user.bearer, json: ["scope": "everything"])
        #expect(reply.code == "validation_failed")
        #expect(reply.fields == ["scope"])
        #expect(try await tenant.me(user.access).status == 200)
    }

    @Test func `PATCH me sets, clears and keeps`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user(["username": "old", "name": "Old"])
        let before = try await tenant.me(user.access).text("updated_at")
        var reply = try await tenant.send("PATCH", "/v1/me", user.bearer, json: ["name": " New ", "username": "new"])
        #expect(try reply.json["name"] == "New")
        #expect(try reply.json["username"] == "new")
        reply = try await tenant.send("PATCH", "/v1/me", user.bearer, json: ["username": nil])
        #expect(try reply.json["name"] == "New")
        #expect(try reply.json["username"] == .null)
        #expect(try reply.text("updated_at") > before)
        #expect(try await tenant.me(user.access).json == reply.json)
        #expect(try await tenant.send("PATCH", "/v1/me", user.bearer, json: [:]).status == 200)
    }

    @Test func `A changed password ends the other sessions`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let other = try await tenant.logIn(user.email).text("access_token")
        let body: JSON = ["current_password": .string(goodPassword), "new_password": "another-Lintel92-quasar"]
        let reply = try await tenant.send("POST", "/v1/password", user.bearer, json: body)
        #expect(reply.status == 204)
        #expect(try await tenant.me(other).code == "session_ended")
        #expect(try await tenant.me(user.access).status == 200)
        #expect(try await tenant.logIn(user.email).code == "invalid_credentials")
        #expect(try await tenant.logIn(user.email, "another-Lintel92-quasar").status == 200)
    }

    @Test func `Sessions are listed with the current one marked, and can be ended`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let second = try await tenant.send(
            "POST", "/v1/login", ["User-Agent": "exam/1.0"],
            json: ["email": .string(user.email), "password": .string(goodPassword)]
        ).text("access_token")
        let reply = try await tenant.send("GET", "/v1/sessions", bearer(second))
        let sessions = try #require(try reply.json["sessions"]?.arrayValue).compactMap(\.objectValue)
        #expect(sessions.count == 2)
        for session in sessions {
            #expect(
                Set(session.names) == [
                    "id", "created_at", "last_used_at", "expires_at", "ip", "user_agent", "current",
                ])
            #expect(session["ip"] == "127.0.0.1")
        }
        let mine = try #require(sessions.first { $0["current"] == true })
        #expect(mine["user_agent"] == "exam/1.0")
        let other = try #require(sessions.first { $0["current"] == false }?["id"]?.stringValue)
        #expect(try await tenant.send("DELETE", "/v1/sessions/\(other)", bearer(second)).status == 204)
        #expect(try await tenant.me(user.access).code == "session_ended")
        #expect(try await tenant.send("DELETE", "/v1/sessions/\(other)", bearer(second)).code == "session_not_found")
    }

    @Test func `The address of a session is the one that a trusted proxy reports`() async throws {
        try await RunningService.run {
            $0.http.trustedProxies = [try .init("127.0.0.0/8")]
        } _: { service in
            let tenant = try await service.tenant()
            let reply = try await tenant.register(headers: ["X-Forwarded-For": "6.6.6.6, 198.51.100.7"])
            let sessions = try await tenant.send("GET", "/v1/sessions", bearer(try reply.text("access_token")))
            let first = try #require(try sessions.json["sessions"]?.arrayValue?.first?.objectValue)
            #expect(first["ip"] == "198.51.100.7")
        }
    }
}
