import Gatehouse
import Testing

@Suite struct CrossSiteRoutesTests {
    private static let foreign = [
        ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site", "Origin": "https://evil.example"],
        ["Origin": "null"], ["Origin": "https://app.example.evil.example"],
    ]

    @Test(
        arguments: [
            ("POST", "/v1/refresh", nil), ("POST", "/v1/logout", ["scope": "global"]),
            ("PATCH", "/v1/me", ["name": "Hacked"]),
            ("POST", "/v1/password", ["current_password": "x", "new_password": "y"]),
            ("POST", "/v1/email", ["email": "eve@example.com", "current_password": .string(goodPassword)]),
            ("POST", "/v1/email/verification", nil), ("DELETE", "/v1/me", ["current_password": .string(goodPassword)]),
            ("DELETE", "/v1/sessions/00000000-0000-4000-8000-000000000000", nil),
        ] as [(String, String, JSON?)])
    func `A change by cookie from another site is refused and changes nothing`(
        method: String, path: String, body: JSON?
    ) async throws {
        let tenant = try await RunningService.shared.tenant { $0.allowedOrigins = ["https://app.example"] }
        let user = try await tenant.cookieUser()
        for headers in Self.foreign {
            let reply = try await tenant.send(method, path, tenant.cookies(of: user) + headers, json: body)
            #expect(reply.status == 403)
            #expect(reply.code == "cross_site_request")
        }
        #expect(try await tenant.me(user.access).json["name"] == .null)
        #expect(try await tenant.refresh(user.refresh).status == 200)
    }

    @Test func `Login and register that ask for cookies are checked alike, others aren't`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        let user = try await tenant.user()
        let headers = ["Origin": "https://evil.example"]
        for delivery in ["cookie", "both"] {
            let body: JSON = [
                "email": .string(user.email), "password": .string(goodPassword), "delivery": .string(delivery),
            ]
            #expect(try await tenant.send("POST", "/v1/login", headers, json: body).code == "cross_site_request")
            let reply = try await tenant.register(randomEmail(), ["delivery": .string(delivery)], headers: headers)
            #expect(reply.code == "cross_site_request")
        }
        #expect(try await tenant.register(headers: headers).status == 201)
        #expect(
            try await tenant.register(
                randomEmail(), ["delivery": "cookie"], headers: ["Origin": "https://login.example"]
            ).status == 201)
    }

    @Test func `An origin is never compared with Host`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.cookieUser()
        let raw = """
            POST \(tenant.path("/v1/refresh")) HTTP/1.1\r
            Host: evil.example\r
            Origin: https://evil.example\r
            Cookie: \(tenant.refreshCookie)=\(user.refresh)\r
            Connection: close\r
            \r

            """
        let reply = try #require(Reply(try await tenant.service.exchange(Array(raw.utf8))))
        #expect(reply.code == "cross_site_request")
    }

    @Test func `CORS answers allowed origins on successes and errors, and no others`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.allowedOrigins = ["https://app.example"] }
        let user = try await tenant.user()
        for (origin, isAllowed) in [("https://app.example", true), ("https://evil.example", false), ("null", false)] {
            for reply in [
                try await tenant.send("GET", "/v1/me", user.bearer + ["Origin": origin]),
                try await tenant.send("GET", "/v1/me", ["Origin": origin]),
                try await tenant.send("GET", "/v1/nope", ["Origin": origin]),
            ] {
                #expect(reply.header("access-control-allow-origin") == (isAllowed ? origin : nil))
                #expect(reply.header("access-control-allow-credentials") == (isAllowed ? "true" : nil))
                #expect(reply.header("vary") == "Origin")
            }
        }
    }

    @Test func `A preflight says what may be sent`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.allowedOrigins = ["https://app.example"] }
        let headers = ["Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"]
        let reply = try await tenant.send("OPTIONS", "/v1/me", headers)
        #expect(reply.status == 204)
        #expect(reply.header("access-control-allow-origin") == "https://app.example")
        #expect(reply.header("access-control-allow-methods") == "GET, HEAD, PATCH, DELETE, OPTIONS")
        #expect(
            reply.header("access-control-allow-headers")
                == "authorization, content-type, x-request-id, traceparent, tracestate")
        #expect(reply.header("access-control-max-age") == "600")
        let foreign = try await tenant.send("OPTIONS", "/v1/me", headers + ["Origin": "https://evil.example"])
        #expect(foreign.status == 204)
        #expect(foreign.headers.allSatisfy { !$0.name.hasPrefix("access-control") })
    }
}
