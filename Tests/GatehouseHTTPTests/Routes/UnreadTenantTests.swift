import Gatehouse
import PostgresCluster
import TestSupport
import Testing

/// What scripts of allowed origins are told when their tenant can't be read, and what others aren't.
@Suite(.timeLimit(.minutes(2))) struct UnreadTenantTests {
    private static let app = ["Origin": "https://app.example"]
    private static let other = ["Origin": "https://evil.example"]
    private static let asksFirst = ["Access-Control-Request-Method": "PATCH"]

    @Test func `While PostgreSQL is stopped the list that was read last says whose scripts may read that`() async throws
    {
        try await withDedicatedCluster { cluster async throws in
            try await RunningService.run {
                $0.database = { try await TestDatabase.make(on: cluster) }
            } _: { service in
                let tenant = try await service.tenant { $0.allowedOrigins = ["https://app.example"] }
                let user = try await tenant.user()
                let neverRead = try await service.tenant { $0.allowedOrigins = ["https://app.example"] }
                await cluster.stop()
                // What was read is served for five seconds more.
                try await wait { try await tenant.send("GET", "/.well-known/jwks.json").status != 200 }
                let allowed = try await tenant.send("GET", "/v1/me", user.bearer + Self.app)
                try expectProblem(allowed, 503, "database_unavailable")
                #expect(allowed.header("access-control-allow-origin") == "https://app.example")
                #expect(allowed.header("access-control-allow-credentials") == "true")
                #expect(allowed.header("access-control-expose-headers")?.contains("Retry-After") == true)
                let foreign = try await tenant.send("GET", "/v1/me", user.bearer + Self.other)
                try expectProblem(foreign, 503, "database_unavailable")
                expectNothingGranted(foreign)
                #expect(foreign.header("vary") == "Origin")

                let preflight = try await tenant.send("OPTIONS", "/v1/me", Self.app + Self.asksFirst)
                #expect(preflight.status == 204)
                #expect(preflight.header("access-control-allow-origin") == "https://app.example")
                #expect(preflight.header("access-control-allow-methods") == "GET, HEAD, PATCH, DELETE, OPTIONS")
                expectNothingGranted(try await tenant.send("OPTIONS", "/v1/me", Self.other + Self.asksFirst))

                for method in ["GET", "OPTIONS"] {
                    let reply = try await neverRead.send(method, "/v1/me", Self.app + Self.asksFirst)
                    try expectProblem(reply, 503, "database_unavailable")
                    expectNothingGranted(reply)
                }
            }
        }
    }

    @Test func `Nothing is granted for a tenant that is disabled, gone or made up`() async throws {
        let service = try await RunningService.shared
        let disabled = try await service.tenant { $0.allowedOrigins = ["https://app.example"] }
        let deleted = try await service.tenant { $0.allowedOrigins = ["https://app.example"] }
        for tenant in [disabled, deleted] {
            let reply = try await tenant.send("GET", "/v1/me", Self.app)
            #expect(reply.header("access-control-allow-origin") == "https://app.example")
        }
        _ = try await service.administration.disableTenant(disabled.tenant.slug)
        try await service.administration.deleteTenant(deleted.tenant.slug)
        for tenant in [disabled, deleted] {
            // The instance hears of it a moment later, and its list is dropped with the first look-up that finds it gone.
            var reply: Reply?
            try await wait {
                reply = try await tenant.send("GET", "/v1/me", Self.app)
                return reply?.status == 404
            }
            expectNothingGranted(try #require(reply))
        }
        for path in [
            disabled.path("/v1/me"), deleted.path("/v1/me"), "/t/nosuchtenant/v1/me", "/t/No_Such/v1/me",
        ] {
            for method in ["GET", "OPTIONS", "GET"] {
                let reply = try await service.send(method, path, Self.app + Self.asksFirst)
                try expectProblem(reply, 404, "tenant_not_found")
                expectNothingGranted(reply)
            }
        }
    }

    private func expectNothingGranted(_ reply: Reply) {
        #expect(reply.headers.allSatisfy { !$0.name.hasPrefix("access-control") }, "\(reply)")
    }
}
