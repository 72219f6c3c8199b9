import Gatehouse
import GatehouseHTTP
import Postgres
import TestSupport
import Testing

/// The rows 429, 500 and 503 of the contract's error table; see FullHashQueueTests.swift too.
@Suite struct UnavailableTests {
    @Test func `429 too_many_attempts beyond the budget`() async throws {
        try await RunningService.run {
            $0.limits = try GuessLimits(parsing: "account=2/15m,device=2/15m,source=off,register=off")
        } _: { service in
            let tenant = try await service.tenant()
            let user = try await tenant.user()
            for _ in 0..<2 {
                try expectProblem(try await tenant.logIn(user.email, "wrong-Password9x"), 401, "invalid_credentials")
            }
            try await service.delayNextAttempt()
            try expectProblem(try await tenant.logIn(user.email, "wrong-Password9x"), 429, "too_many_attempts")
            #expect(try await tenant.me(user.access).status == 200)
        }
    }

    @Test func `429 too_many_attempts for who changes their profile again and again`() async throws {
        try await RunningService.run {
            $0.limits = try GuessLimits(parsing: "profile=2/15m")
        } _: { service in
            let tenant = try await service.tenant()
            let user = try await tenant.user()
            for name in ["A", "B", "B"] {
                let reply = try await tenant.send("PATCH", "/v1/me", user.bearer, json: ["name": .string(name)])
                #expect(reply.status == 200)
            }
            try expectProblem(
                try await tenant.send("PATCH", "/v1/me", user.bearer, json: ["name": "A"]), 429, "too_many_attempts")
            #expect(try await tenant.me(user.access).json["name"] == "B")
        }
    }

    @Test func `500 internal tells nothing of what went wrong`() async throws {
        try await RunningService.run { service in
            let tenant = try await service.tenant()
            _ = try await tenant.user()
            try await service.sql("alter table users rename to elsewhere")
            let reply = try await tenant.logIn("a@example.com")
            try expectProblem(reply, 500, "internal")
            #expect(!String(decoding: reply.body, as: UTF8.self).contains("users"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `503 overloaded to whoever comes when as many clients are connected as are served`() async throws {
        try await RunningService.run {
            $0.http.maximumConnections = 16
        } _: { service in
            let tenant = try await service.tenant { $0.allowedOrigins = ["https://app.example"] }
            try await Self.connected(14, to: tenant) {
                for _ in 0..<2 {
                    let reply = try await tenant.logIn("a@example.com")
                    try expectProblem(reply, 503, "overloaded")
                    #expect(reply.header("connection") == "close")
                }
                // Scripts of an allowed origin hear of it as well, and the connection ends.
                for (method, status) in [("GET", 503), ("OPTIONS", 204)] {
                    let head =
                        "\(method) \(tenant.path("/v1/me")) HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n"
                    let asksFirst = "Access-Control-Request-Method: GET\r\n\r\n"
                    let reply = try #require(Reply(try await service.exchange(Array((head + asksFirst).utf8))))
                    #expect(reply.status == status, "\(reply)")
                    #expect(reply.header("access-control-allow-origin") == "https://app.example")
                }
                #expect(try await service.send("GET", "/healthz").status == 200)
            }
            // The service hears of those who left in its own time.
            while try await tenant.logIn("a@example.com").status == 503 { try Task.checkCancellation() }
            #expect(try await tenant.logIn("a@example.com").status == 401)
        }
    }

    /// Runs `body` while so many clients are connected that have been answered.
    private static func connected(_ count: Int, to tenant: TestTenant, _ body: () async throws -> Void) async throws {
        guard count > 0 else { return try await body() }
        try await TCPClient.connected(to: tenant.service.port) { client in
            try await client.send("GET \(tenant.path("/.well-known/jwks.json")) HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await client.receive(until: "\"keys\"")
            try await connected(count - 1, to: tenant, body)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `503 overloaded when as many wait for a connection to the database as may`() async throws {
        try await RunningService.run {
            $0.maximumWaiters = 4
        } _: { service in
            let tenant = try await service.tenant()
            try await Self.open(4, in: service.pool)
            let blocker = try await Connection.open(service.database.superuserURL)
            try await blocker.script("begin; lock table users")
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<12 { group.addTask { try await tenant.logIn("a@example.com") } }
                var replies: [Reply] = []
                while let reply = try await group.next() {
                    replies.append(reply)
                    // Of four connections one tenant takes three, and half of the room to wait in.
                    if replies.count == 7 { try await blocker.script("rollback") }
                }
                return replies
            }
            await blocker.close()
            for reply in replies.prefix(7) { try expectProblem(reply, 503, "overloaded") }
            #expect(replies.dropFirst(7).map(\.status) == Array(repeating: 401, count: 5))
        }
    }

    /// Has the pool open so many connections: those who wait for one to be opened count as well.
    private static func open(_ count: Int, in pool: Pool) async throws {
        guard count > 0 else { return }
        try await pool.withConnection { _ in try await open(count - 1, in: pool) }
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
                try expectProblem(reply, 503, "database_unavailable")
            }
        }
    }

    @Test func `503 keys_unavailable when the tenant's keys can't be opened`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        try await service.sql(
            "update signing_keys set sealed_secret = '\\x00' where tenant_id = '\(tenant.tenant.id.lowercaseString)'")
        try expectProblem(try await tenant.register(), 503, "keys_unavailable")
    }

    @Test func `503 keys_unavailable while the current key is damaged, its key set included, for its tenant alone`()
        async throws
    {
        try await RunningService.run { service in
            let (tenant, other) = (try await service.tenant(), try await service.tenant())
            try await service.sql(
                """
                update signing_keys set sealed_secret = set_byte(sealed_secret, 40, get_byte(sealed_secret, 40) # 1)
                where tenant_id = '\(tenant.tenant.id.lowercaseString)' and use = 'access' and state = 'current'
                """)
            for reply in [
                try await tenant.send("GET", "/.well-known/jwks.json"), try await tenant.register(),
                try await tenant.logIn("a@example.com"),
            ] {
                try expectProblem(reply, 503, "keys_unavailable")
                #expect(reply.header("cache-control") == "no-store")
            }
            #expect(try await other.send("GET", "/.well-known/jwks.json").status == 200)
            #expect(try await other.register().status == 201)
        }
    }
}
