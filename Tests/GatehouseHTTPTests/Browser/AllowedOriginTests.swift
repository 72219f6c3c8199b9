import Gatehouse
import Testing

extension BrowserTests {
    @Suite("The app on an allowed origin") struct AllowedOriginTests {
        @Test("signs in by cookie, refreshes, is still signed in after a reload, and signs out")
        func session() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.appPage()
                let answer = try await visitor.logIn(on: page)
                #expect(answer.status == 200 && answer.type == "cors", "\(answer)")
                let login = try await page.exchange("POST", visitor.url("/v1/login"))
                #expect(login.sent["origin"] == visitor.stage.app.origin())
                #expect(login.sent["sec-fetch-site"] == "same-site")
                let first = try await visitor.profile.cookies(of: visitor.tenant)
                #expect(first.count == 2)

                let me = try await page.fetch("GET", visitor.url("/v1/me"))
                #expect(me.json["email"]?.stringValue == visitor.email, "\(me)")
                let renamed = try await page.fetch("PATCH", visitor.url("/v1/me"), json: ["name": "Ada"])
                #expect(renamed.json["name"] == "Ada", "\(renamed)")

                #expect(try await page.fetch("POST", visitor.url("/v1/refresh")).status == 200)
                let second = try await visitor.profile.cookies(of: visitor.tenant)
                for name in [visitor.tenant.accessCookie, visitor.tenant.refreshCookie] {
                    #expect(second[name] != nil && second[name] != first[name])
                }

                try await page.open(visitor.stage.app.origin())
                try await visitor.expectSignedIn(page)

                #expect(try await page.fetch("POST", visitor.url("/v1/logout")).status == 204)
                #expect(try await visitor.profile.cookies(of: visitor.tenant) == [:])
                #expect(try await page.fetch("GET", visitor.url("/v1/me")).code == "missing_token")
                #expect(try await page.fetch("POST", visitor.url("/v1/refresh")).code == "missing_token")
            }
        }

        @Test("finds its cookies kept by the rules of the contract")
        func rules() async throws {
            try await Visitor.run { visitor in
                _ = try await visitor.signedInPage()
                let jar = try await visitor.profile.cookies
                let paths = [
                    visitor.tenant.accessCookie: "/", visitor.tenant.refreshCookie: visitor.tenant.path("/v1"),
                ]
                for (name, path) in paths {
                    let cookie = try #require(jar.first { $0.name == name })
                    #expect(cookie.path == path)
                    #expect(cookie.rules == ["HttpOnly", "Secure", "SameSite=Strict"])
                }
            }
        }

        @Test("reads no token: not in cookies on any page of the host, not in answers, not in headers")
        func secrecy() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.appPage()
                let answers = [
                    try await visitor.logIn(on: page),
                    try await page.fetch("POST", visitor.url("/v1/refresh")),
                    try await page.fetch("GET", visitor.url("/v1/me")),
                    try await page.fetch("GET", visitor.url("/v1/sessions")),
                ]
                let values = try await visitor.profile.cookies.map(\.value)
                #expect(values.count >= 2)
                for answer in answers {
                    #expect(answer.status == 200 && answer.headers["set-cookie"] == nil, "\(answer)")
                    #expect(!"\(answer)".contains("eyJ") && !answer.json.names.contains { $0.hasSuffix("token") })
                }
                // What a script may read, it does read, so that finding nothing means something.
                try await page.run("document.cookie = 'plain=readable; path=/'")
                for url in [
                    visitor.stage.app.origin(), visitor.stage.origin + "/healthz",
                    visitor.url("/.well-known/jwks.json"), visitor.url("/v1/me"),
                ] {
                    try await page.open(url)
                    let seen = try await page.visibleCookies
                    #expect(seen.contains("readable"))
                    #expect(!seen.contains("__") && !values.contains { seen.contains($0) }, "\(url): \(seen)")
                }
            }
        }

        @Test("sends what a preflight grants, and nothing else leaves the browser")
        func preflights() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.signedInPage()
                let me = visitor.url("/v1/me")
                let granted = try await page.fetch("GET", me, ["headers": ["x-request-id": "from-a-page"]])
                #expect(granted.status == 200 && granted.headers["x-request-id"] == "from-a-page", "\(granted)")
                let refused: [(method: String, options: JSONObject)] = [
                    ("PUT", [:]), ("GET", ["headers": ["x-forwarded-for": "192.0.2.1"]]),
                    ("PATCH", ["headers": ["x-http-method-override": "DELETE"]]),
                ]
                for (method, options) in refused {
                    let answer = try await page.fetch(method, me, options)
                    #expect(answer.isHidden, "\(method) \(options): \(answer)")
                    #expect(try await page.exchange("OPTIONS", me).status == 204)
                }
                try await visitor.expectSignedIn(page)
                for exchange in try await page.exchanges(withPort: visitor.stage.service.port) {
                    #expect(["OPTIONS", "GET", "POST"].contains(exchange.method), "\(exchange)")
                    #expect(exchange.sent["x-forwarded-for"] == nil, "\(exchange)")
                }
            }
        }
    }
}
