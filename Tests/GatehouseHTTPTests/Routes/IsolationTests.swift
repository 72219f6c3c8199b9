import Gatehouse
import Testing

@Suite struct IsolationTests {
    @Test func `The same email is two people in two tenants`() async throws {
        let service = try await RunningService.shared
        let (a, b) = (try await service.tenant(), try await service.tenant())
        let email = randomEmail()
        let (first, second) = (try await a.register(email), try await b.register(email))
        #expect([first.status, second.status] == [201, 201])
        #expect(try first.json["user"]?.objectValue?["id"] != second.json["user"]?.objectValue?["id"])
    }

    @Test func `Tokens of one tenant are refused by the other on every route`() async throws {
        let service = try await RunningService.shared
        let (a, b) = (try await service.tenant(), try await service.tenant())
        let user = try await a.user()
        let bodies: [String: JSON] = [
            "PATCH /v1/me": ["name": "X"],
            "POST /v1/password": [
                "current_password": .string(goodPassword), "new_password": "another-Lintel92-quasar",
            ],
        ]
        for (method, path) in bearerRoutes {
            let reply = try await b.send(method, path, user.bearer, json: bodies["\(method) \(path)"])
            #expect(reply.status == 401, "\(method) \(path)")
            #expect(reply.code == "invalid_token", "\(method) \(path)")
            #expect(reply.header("www-authenticate")?.hasPrefix("Bearer") == true)
            let byCookie = try await b.send(
                method, path, ["Cookie": "\(b.accessCookie)=\(user.access)"], json: bodies["\(method) \(path)"])
            #expect(byCookie.code == "invalid_token", "\(method) \(path)")
        }
        #expect(try await b.refresh(user.refresh).code == "invalid_token")
        #expect(
            try await b.send("POST", "/v1/logout", json: ["refresh_token": .string(user.refresh)]).code
                == "invalid_token")
        #expect(try await b.refresh(user.access).code == "invalid_token")
        #expect(try await a.me(user.refresh).code == "invalid_token")
        #expect(try await a.me(user.access).status == 200)
    }
}
