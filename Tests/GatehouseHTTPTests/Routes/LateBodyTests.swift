import Gatehouse
import Testing

/// What is asked by a session that ends while the body of its request comes.
@Suite(.timeLimit(.minutes(1))) struct LateBodyTests {
    @Test func `A session that ends while the body comes changes nothing any more`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let reply = try await late("PATCH", "/v1/me", #"{"name":"Grace"}"#, user, in: tenant) {
            let out = try await tenant.send("POST", "/v1/logout", user.bearer)
            #expect(out.status == 204)
        }
        try expectProblem(reply, 401, "session_ended")
        #expect(reply.header("www-authenticate")?.contains("error=\"invalid_token\"") == true)
        let again = try await tenant.logIn(user.email)
        #expect(try again.json["user"]?.objectValue?["name"] == .null)
    }

    @Test func `A session that ends while a body comes signs no other one out`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let other = try await tenant.logIn(user.email).text("access_token")
        let id = try await tenant.sessionID(of: other)
        let reply = try await late("DELETE", "/v1/sessions/\(id)", "{}", user, in: tenant) {
            let out = try await tenant.send("POST", "/v1/logout", user.bearer)
            #expect(out.status == 204)
        }
        try expectProblem(reply, 401, "session_ended")
        #expect(try await tenant.me(other).status == 200)
    }

    @Test func `A tenant that is disabled while the body comes is none any more`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        let user = try await tenant.user()
        let reply = try await late("PATCH", "/v1/me", #"{"name":"Grace"}"#, user, in: tenant) {
            _ = try await service.administration.disableTenant(tenant.tenant.slug)
        }
        try expectProblem(reply, 404, "tenant_not_found")
    }

    @Test(arguments: [KeyUse.access, .refresh])
    func `A token whose key is revoked while the body comes is worth nothing`(use: KeyUse) async throws {
        try await RunningService.run {
            $0.hearsOfChanges = true
        } _: { service in
            let tenant = try await service.tenant()
            let (user, other) = (try await tenant.user(), try await tenant.user())
            let revoke = {
                let keys = try await service.administration.listKeys(tenant: tenant.tenant.slug).map(\.key)
                let current = try #require(keys.first { $0.use == use && $0.state == .current })
                _ = try await service.administration.revokeKey(
                    tenant: tenant.tenant.slug, kid: current.kid, force: true)
                // The service hears of it in its own time. Within the grace the same refresh token is answered again and again.
                switch use {
                case .access: while try await tenant.me(other.access).status == 200 {}
                case .refresh: while try await tenant.refresh(other.refresh).status == 200 {}
                }
            }
            let reply =
                switch use {
                case .access: try await late("PATCH", "/v1/me", #"{"name":"Grace"}"#, user, in: tenant, while: revoke)
                case .refresh:
                    try await late(
                        "POST", "/v1/refresh", #"{"refresh_token":"\#(user.refresh)"}"#, user, in: tenant, while: revoke
                    )
                }
            try expectProblem(reply, 401, "invalid_token")
        }
    }

    /// Sends the first byte of the body before `event` and the others after it.
    private func late(
        _ method: String, _ path: String, _ body: String, _ user: TestUser, in tenant: TestTenant,
        while event: () async throws -> Void
    ) async throws -> Reply {
        let received = try await TCPClient.connected(to: tenant.service.port) { client in
            var head = "\(method) \(tenant.path(path)) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            head += "Authorization: Bearer \(user.access)\r\nContent-Type: application/json\r\n"
            try await client.send("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body.prefix(1))")
            try await event()
            try await client.send(String(body.dropFirst()))
            return try await client.receiveToEnd()
        }
        return try #require(Reply(received))
    }
}
