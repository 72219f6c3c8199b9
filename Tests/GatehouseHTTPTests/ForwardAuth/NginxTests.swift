import Gatehouse
import GatehouseHTTP
import TestSupport
import Testing

/// A real nginx asks before it passes a request on.
@Suite(.timeLimit(.minutes(2)), .enabled(if: Nginx.isExpected, "nginx isn't installed (apt install nginx)"))
struct NginxTests {
    private static let names = [
        "X-Auth-Tenant", "X-Auth-User-Id", "X-Auth-Session-Id", "X-Auth-Email", "X-Auth-Email-Verified",
        "X-Auth-Username", "X-Auth-Name",
    ]

    @Test func `Without a good token nothing reaches the app, and the client is asked for one`() async throws {
        let service = try await RunningService.shared
        let (tenant, other) = (try await service.tenant(), try await service.tenant())
        let foreign = try await other.user()
        try await GuardedApp.run(for: tenant) { app in
            for headers in [
                [], [("Authorization", "Bearer \(foreign.access)")], [("Authorization", "Bearer rubbish")],
                [("Authorization", "Bearer \(foreign.refresh)")], [("Cookie", "\(tenant.accessCookie)=x")],
                [("Cookie", "\(tenant.accessCookie)=x; \(tenant.accessCookie)=y")],
            ] {
                for method in ["GET", "HEAD", "POST"] {
                    let reply = try await app.send(method, "/orders", headers)
                    #expect(reply.status == 401 && !reply.hasReachedApp, "\(method) \(headers): \(reply)")
                    #expect(reply.header("www-authenticate")?.hasPrefix("Bearer realm=") == true)
                }
            }
        }
    }

    @Test func `The app is told who it is, by bearer token and by cookie, and nothing that the client says of it`()
        async throws
    {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user(["name": "Grüße, 100 %"])
        let claims = try JSON.object(in: TokenParts(user.access).payload)
        let forged = Self.names.flatMap { [($0, "forged"), ($0.lowercased(), "twice")] }
        let expected: [String: String?] = [
            "X-Auth-Tenant": tenant.tenant.slug, "X-Auth-User-Id": claims["sub"]?.stringValue,
            "X-Auth-Session-Id": claims["sid"]?.stringValue, "X-Auth-Email": user.email,
            "X-Auth-Email-Verified": "false", "X-Auth-Username": nil,
            "X-Auth-Name": "Gr%C3%BC%C3%9Fe, 100 %25",
        ]
        try await GuardedApp.run(for: tenant) { app in
            for credential in [
                ("Authorization", "Bearer \(user.access)"), ("Cookie", "\(tenant.accessCookie)=\(user.access)"),
            ] {
                for method in ["GET", "POST", "DELETE"] {
                    let reply = try await app.send(method, "/orders?x=1", forged + [credential], body: "a body")
                    #expect(reply.status == 200 && reply.hasReachedApp, "\(reply)")
                    #expect(String(decoding: reply.body, as: UTF8.self).hasPrefix("\(method) /orders?x=1 "))
                    for (name, value) in expected {
                        #expect(reply.appSaw(name) == (value.map { [$0] } ?? []), "\(name)")
                    }
                }
            }
        }
    }

    @Test func `A change by cookie from another site doesn't reach the app, whatever the client says it is`()
        async throws
    {
        let tenant = try await RunningService.shared.tenant { $0.allowedOrigins = ["https://shop.example"] }
        let user = try await tenant.user()
        let cookie = ("Cookie", "\(tenant.accessCookie)=\(user.access)")
        let disguise = [("X-Original-Method", "GET"), ("X-Forwarded-Method", "GET")]
        try await GuardedApp.run(for: tenant) { app in
            for foreign in [("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null")] {
                for method in ["POST", "PUT", "PATCH", "DELETE"] {
                    let reply = try await app.send(method, "/orders", disguise + [cookie, foreign])
                    #expect(reply.status == 403 && !reply.hasReachedApp, "\(method) \(foreign): \(reply)")
                }
                for method in ["GET", "HEAD"] {
                    #expect(try await app.send(method, "/orders", [cookie, foreign]).status == 200)
                }
                let bearer = ("Authorization", "Bearer \(user.access)")
                #expect(try await app.send("POST", "/orders", [bearer, foreign]).hasReachedApp)
            }
            for own in [
                ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://login.example"),
                ("Origin", "https://shop.example"),
            ] {
                #expect(try await app.send("POST", "/orders", [cookie, own]).hasReachedApp, "\(own)")
            }
        }
    }

    @Test func `Gatehouse is reached through the same host, but for what only nginx may ask`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        try await GuardedApp.run(for: tenant) { app in
            let me = try await app.send("GET", tenant.path("/v1/me"), [("Authorization", "Bearer \(user.access)")])
            #expect(me.status == 200 && !me.hasReachedApp)
            #expect(
                try await app.send("GET", "/gatehouse-verify", [("Authorization", "Bearer \(user.access)")]).status
                    == 404)
        }
    }

    @Test func `nginx lets go of an idle connection before Gatehouse closes it`() throws {
        let setting = try #require(try GuardedApp.documented().firstMatch(of: #/keepalive_timeout (\d+)s;/#))
        let seconds = try #require(Int(setting.1))
        #expect(Duration.seconds(seconds) < ConnectionDeadlines.standard.idle)
    }

    @Test func `While Gatehouse is away nothing reaches the app`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        try await GuardedApp.run(for: tenant, gatehousePort: FreePort.take()) { app in
            let reply = try await app.send("GET", "/orders", [("Authorization", "Bearer \(user.access)")])
            #expect(reply.status == 500 && !reply.hasReachedApp)
        }
    }
}
