import Gatehouse
import Testing

extension BrowserTests {
    @Suite("The cookies of a browser") struct CookieJarTests {
        @Test("keep two tenants apart")
        func tenants() async throws {
            try await Visitor.run { first in
                let tenant = try await first.stage.service.tenant {
                    $0.allowedOrigins = [first.stage.app.origin()]
                }
                let second = Visitor(
                    stage: first.stage, profile: first.profile, tenant: tenant, email: try await tenant.user().email)
                let page = try await first.signedInPage()
                #expect(try await page.fetch("GET", second.url("/v1/me")).code == "missing_token")
                #expect(try await page.fetch("POST", second.url("/v1/refresh")).code == "missing_token")
                #expect(try await second.logIn(on: page).status == 200)
                for visitor in [first, second, first] { try await visitor.expectSignedIn(page) }
                #expect(try await page.fetch("POST", first.url("/v1/logout")).status == 204)
                #expect(try await first.profile.cookies(of: first.tenant) == [:])
                #expect(try await page.fetch("GET", first.url("/v1/me")).code == "missing_token")
                try await second.expectSignedIn(page)
            }
        }

        @Test("can't be overwritten by a script of the same host")
        func overwriting() async throws {
            try await Visitor.run { visitor in
                let own = try await visitor.signedInPage()
                let jar = try await visitor.profile.cookies
                let (access, refresh) = (visitor.tenant.accessCookie, visitor.tenant.refreshCookie)
                let attacker = try await visitor.profile.page(visitor.stage.neighbour.origin())
                for line in [
                    "\(access)=planted; Path=/; Secure", "\(access)=planted; Path=/",
                    "\(access)=planted; Path=\(visitor.tenant.path("/v1/me")); Secure",
                    "\(access)=planted; Path=/; Secure; Domain=localhost",
                    "\(access)=; Path=/; Secure; Max-Age=0", "\(refresh)=planted; Path=/",
                    "\(refresh)=planted; Path=\(visitor.tenant.path("/v1")); Secure",
                    "\(refresh)=; Path=\(visitor.tenant.path("/v1")); Secure; Max-Age=0",
                ] {
                    try await attacker.run("document.cookie = \(JSON.string(line).text)")
                    #expect(try await visitor.profile.cookies == jar, "\(line)")
                }
                try await visitor.expectSignedIn(own)
            }
        }

        @Test("are refused when one was planted beside them on another path, and are good again without it")
        func duplicates() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.signedInPage()
                let jar = try await visitor.profile.cookies(of: visitor.tenant)
                let attacker = try await visitor.profile.page(visitor.stage.neighbour.origin())
                for path in ["/", visitor.tenant.path("/v1/refresh")] {
                    let planted = "\(visitor.tenant.refreshCookie)=planted; Path=\(path); Secure"
                    try await attacker.run("document.cookie = '\(planted)'")
                    let answer = try await page.fetch("POST", visitor.url("/v1/refresh"))
                    #expect(answer.status == 400 && answer.code == "malformed_request", "\(answer)")
                    let exchange = try await page.exchange("POST", visitor.url("/v1/refresh"))
                    let sent = exchange.sent["cookie"]?.ranges(of: "\(visitor.tenant.refreshCookie)=").count
                    #expect(sent == 2 && exchange.setCookies.isEmpty, "\(exchange)")
                    try await attacker.run("document.cookie = '\(planted); Max-Age=0'")
                    #expect(try await visitor.profile.cookies(of: visitor.tenant) == jar)
                }
                try await visitor.expectSignedIn(page)
            }
        }
    }
}
