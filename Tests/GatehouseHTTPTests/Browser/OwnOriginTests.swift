import Gatehouse
import Testing

extension BrowserTests {
    @Suite("A page of the service's own origin") struct OwnOriginTests {
        @Test("signs in by cookie although the list of origins lacks it")
        func sameOrigin() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.profile.page(visitor.stage.origin + "/healthz", standingIn: true)
                #expect(try await visitor.logIn(on: page).status == 200)
                let login = try await page.exchange("POST", visitor.url("/v1/login"))
                #expect(login.sent["sec-fetch-site"] == "same-origin")
                #expect(login.received["access-control-allow-origin"] == nil)
                try await visitor.expectSignedIn(page)
            }
        }

        @Test("where the browser sends no Sec-Fetch-Site is known by the public URL, never by Host")
        func withoutFetchMetadata() async throws {
            let stage = try #require(BrowserStage.current)
            try await Visitor.run(allowing: [stage.app.origin("app.test")]) { visitor in
                let service = "http://login.test:\(stage.service.port)"
                let url = service + visitor.tenant.path("/v1/login")
                for (origin, status) in [(stage.app.origin("app.test"), 200), (service + "/healthz", 403)] {
                    let page = try await visitor.profile.page(origin, standingIn: true)
                    let answer = try await page.fetch("POST", url, json: .object(visitor.credentials))
                    #expect(answer.status == status, "\(answer)")
                    let login = try await page.exchange("POST", url)
                    #expect(login.sent["sec-fetch-site"] == nil && login.sent["origin"] != nil, "\(login)")
                    #expect(login.sent["host"].map { "http://\($0)" } == service, "\(login)")
                }
                // Without TLS there is nowhere but localhost where a browser keeps them.
                #expect(try await visitor.profile.cookies.isEmpty)
            }
        }

        @Test("can't run a document of the service as a script")
        func nosniff() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.profile.page(visitor.stage.origin + "/healthz", standingIn: true)
                let outcome = try await page.run(
                    """
                    const script = document.createElement('script');
                    script.src = '\(visitor.url("/.well-known/jwks.json"))';
                    document.head.append(script);
                    return new Promise(done => { script.onload = script.onerror = event => done(event.type) });
                    """)
                #expect(outcome == "error")
            }
        }

        @Test("is told to keep to TLS where the public URL is https")
        func strictTransportSecurity() async throws {
            let stage = try #require(BrowserStage.current)
            let service = try await RunningService.shared
            let tenant = try await service.tenant()
            let profile = try await Profile(stage.tools)
            let origin = "http://localhost:\(service.port)"
            let page = try await profile.page(origin + "/healthz", standingIn: true)
            var exchanges = [try await page.exchange("GET", origin + "/healthz")]
            for url in ["/.well-known/jwks.json", "/v1/me", "/v1/nope"].map({ origin + tenant.path($0) }) {
                _ = try await page.fetch("GET", url)
                exchanges.append(try await page.exchange("GET", url))
            }
            #expect(exchanges.map(\.status) == [200, 200, 401, 404])
            for exchange in exchanges {
                #expect(exchange.received["strict-transport-security"] == "max-age=31536000", "\(exchange)")
                #expect(exchange.received["x-content-type-options"] == "nosniff", "\(exchange)")
            }
            try await profile.close()
        }
    }
}
