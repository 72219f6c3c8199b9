import Gatehouse
import TestSupport
import Testing

@Suite struct DeliveryTests {
    /// The attributes of the cookies that a reply sets, by name, in the order written.
    private func attributes(_ reply: Reply) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for line in reply.all("set-cookie") {
            let parts = line.split(separator: ";").map { $0.drop { $0 == " " } }
            found[String(parts[0].prefix { $0 != "=" })] = parts.dropFirst().map(String.init)
        }
        return found
    }

    private func expectedAttributes(_ tenant: TestTenant, access: Int, refresh: Int) -> [String: [String]] {
        [
            tenant.accessCookie: ["Path=/", "Max-Age=\(access)", "HttpOnly", "Secure", "SameSite=Strict"],
            tenant.refreshCookie: [
                "Path=/t/\(tenant.tenant.slug)/v1", "Max-Age=\(refresh)", "HttpOnly", "Secure", "SameSite=Strict",
            ],
        ]
    }

    @Test func `Cookie delivery keeps the tokens out of the body`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.register(randomEmail(), ["delivery": "cookie"])
        #expect(reply.status == 201)
        #expect(try Set(reply.json.names) == ["expires_in", "refresh_expires_in", "user"])
        #expect(attributes(reply) == expectedAttributes(tenant, access: 900, refresh: 2_592_000))
        for token in reply.cookies.values { #expect(!String(decoding: reply.body, as: UTF8.self).contains(token)) }
    }

    @Test func `The longest access token there can be fits into its cookie`() async throws {
        let tenant = try await Self.longWindedTenant()
        let administration = tenant.service.administration
        let domain = [63, 63, 61].map { String(repeating: "d", count: $0) }.joined(separator: ".")
        let email = "\(String(repeating: "e", count: 64))@\(domain)"
        let registered = try await tenant.register(
            email,
            [
                "username": .string(String(repeating: "u", count: 64)),
                "name": .string(String(repeating: "\u{1F600}", count: 200)),
            ])
        try #require(registered.status == 201, "\(registered)")
        let (longest, longer) = (
            #"{"a":"\#(String(repeating: "x", count: 1016))"}"#, #"{"a":"\#(String(repeating: "x", count: 1017))"}"#
        )
        await #expect {
            try await administration.setClaims(tenant: tenant.tenant.slug, user: email, json: longer)
        } throws: { ($0 as? Refusal)?.code == "validation_failed" }
        _ = try await administration.setClaims(tenant: tenant.tenant.slug, user: email, json: longest)
        let reply = try await tenant.send(
            "POST", "/v1/login",
            json: ["email": .string(email), "password": .string(goodPassword), "delivery": "cookie"])
        let cookie = try #require(reply.cookies[tenant.accessCookie])
        // What browsers take at the most, name and value together; a byte less is what base64url comes to.
        #expect(tenant.accessCookie.utf8.count + cookie.utf8.count == 4095)
        let me = try await tenant.send("GET", "/v1/me", ["Cookie": "\(tenant.accessCookie)=\(cookie)"])
        #expect(me.status == 200, "\(me)")
    }

    /// Of which everything that stands in a token is as long as it may be.
    private static func longWindedTenant() async throws -> TestTenant {
        let service = try await RunningService.shared
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        var settings = TenantSettingsChange()
        settings.issuer = "https://\(String(repeating: "i", count: 192))"
        settings.audience = String(repeating: "\u{1F600}", count: 50)
        let tenant = try await service.administration.createTenant(
            slug: "t\(String(repeating: "x", count: 39 - random.utf8.count))\(random)", change: settings)
        let key = KeyMaterial.generate(.es256).privateJWK().with("kid", .string(String(repeating: "k", count: 128)))
        _ = try await service.administration.importKey(
            tenant: tenant.slug, jwk: key.serialized(), use: .access, state: .next)
        _ = try await service.administration.rotateKeys(
            tenant: tenant.slug, use: .access, emergency: false, force: true)
        return TestTenant(service: service, tenant: tenant)
    }

    @Test func `Both delivery gives the same tokens twice`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let reply = try await tenant.send(
            "POST", "/v1/login",
            json: ["email": .string(user.email), "password": .string(goodPassword), "delivery": "both"])
        #expect(reply.cookies[tenant.accessCookie] == (try reply.text("access_token")))
        #expect(reply.cookies[tenant.refreshCookie] == (try reply.text("refresh_token")))
    }

    @Test func `A device is recognised by its token, and any other is as good as none`()
        async throws
    {
        try await RunningService.run {
            $0.limits = try GuessLimits(parsing: "account=1/15m,device=5/15m,source=off,register=off")
        } _: { service in
            let tenant = try await service.tenant()
            let email = randomEmail()
            let device = try await tenant.register(email).text("device_token")
            let credentials: JSONObject = ["email": .string(email), "password": .string(goodPassword)]
            func logIn(_ body: JSONObject) async throws -> Reply {
                try await tenant.send("POST", "/v1/login", json: .object(body))
            }
            try expectProblem(try await tenant.logIn(email, "wrong-Password9x"), 401, "invalid_credentials")
            try await service.delayNextAttempt()
            try expectProblem(try await logIn(credentials), 429, "too_many_attempts")
            var body = credentials
            body["device_token"] = .string(device)
            #expect(try await logIn(body).status == 200)
            body["device_token"] = "x"
            try expectProblem(try await logIn(body), 429, "too_many_attempts")
            body["device_token"] = 7
            #expect(try await logIn(body).fields == ["device_token"])
        }
    }

    @Test func `Refresh answers the way its token came`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.cookieUser()
        let reply = try await tenant.send("POST", "/v1/refresh", tenant.cookies(of: user))
        #expect(try Set(reply.json.names) == ["expires_in", "refresh_expires_in"])
        #expect(Set(reply.cookies.keys) == [tenant.accessCookie, tenant.refreshCookie])
        let next = try #require(reply.cookies[tenant.refreshCookie])
        #expect(next != user.refresh)
        let second = try await tenant.refresh(next)
        #expect(second.cookies.isEmpty)
        #expect(try second.text("refresh_token") != next)
    }

    @Test func `A refused refresh clears no cookie`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.cookieUser()
        _ = try await tenant.send("POST", "/v1/logout", bearer(user.access))
        let reply = try await tenant.send("POST", "/v1/refresh", tenant.cookies(of: user))
        #expect(reply.code == "session_ended")
        #expect(reply.all("set-cookie").isEmpty)
    }

    @Test
    func `Logout by cookie clears both as they were set, but not for the other sessions`()
        async throws
    {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.cookieUser()
        let others = try await tenant.send("POST", "/v1/logout", tenant.cookies(of: user), json: ["scope": "others"])
        #expect(others.status == 204)
        #expect(others.all("set-cookie").isEmpty)
        let reply = try await tenant.send("POST", "/v1/logout", tenant.cookies(of: user))
        #expect(reply.status == 204)
        #expect(reply.cookies == [tenant.accessCookie: "", tenant.refreshCookie: ""])
        #expect(attributes(reply) == expectedAttributes(tenant, access: 0, refresh: 0))
        #expect(try await tenant.refresh(user.refresh).code == "session_ended")
    }

    @Test func `Logout by the access cookie alone works, and by bearer sets no cookie`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let (first, second) = (try await tenant.cookieUser(), try await tenant.user())
        let reply = try await tenant.send("POST", "/v1/logout", ["Cookie": "\(tenant.accessCookie)=\(first.access)"])
        #expect(reply.status == 204)
        #expect(reply.cookies.count == 2)
        #expect(try await tenant.send("POST", "/v1/logout", second.bearer).all("set-cookie").isEmpty)
    }

    @Test func `The access cookie opens me from any site, and only its own tenant's`() async throws {
        let service = try await RunningService.shared
        let (a, b) = (try await service.tenant(), try await service.tenant())
        let user = try await a.cookieUser()
        let headers = a.cookies(of: user) + ["Sec-Fetch-Site": "cross-site"]
        #expect(try await a.send("GET", "/v1/me", headers).status == 200)
        #expect(try await a.send("GET", "/v1/me", headers + ["Authorization": "Basic YTpi"]).status == 200)
        #expect(try await b.send("GET", "/v1/me", headers).code == "missing_token")
        #expect(
            try await b.send("GET", "/v1/me", ["Cookie": "\(b.accessCookie)=\(user.access)"]).code == "invalid_token")
    }

    @Test func `With a bearer token cookies are ignored`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let (cookies, bearer) = (try await tenant.cookieUser(), try await tenant.user())
        let headers = tenant.cookies(of: cookies) + bearer.bearer + ["Sec-Fetch-Site": "cross-site"]
        #expect(try await tenant.send("GET", "/v1/me", headers).text("email") == bearer.email)
        #expect(try await tenant.send("PATCH", "/v1/me", headers, json: ["name": "Mine"]).status == 200)
        #expect(try await tenant.send("POST", "/v1/refresh", headers).code == "missing_token")
        let logout = try await tenant.send("POST", "/v1/logout", headers)
        #expect(logout.status == 204)
        #expect(logout.all("set-cookie").isEmpty)
        #expect(try await tenant.me(cookies.access).status == 200)
    }
}
