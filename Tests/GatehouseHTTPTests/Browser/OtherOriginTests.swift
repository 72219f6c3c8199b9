import Gatehouse
import Testing

/// Who may not use the cookies, with `Sec-Fetch-Site` of their requests.
enum Attacker: String, CaseIterable, CustomTestStringConvertible {
    case neighbour = "same-site"
    case stranger = "cross-site"
    case sandboxed = "cross-site, from the origin null"

    var testDescription: String { "\(self), \(rawValue)" }

    func page(for visitor: Visitor) async throws -> Page {
        let server = visitor.stage.neighbour
        return switch self {
        case .neighbour: try await visitor.profile.page(server.origin())
        case .stranger: try await visitor.profile.page(server.origin("127.0.0.1"))
        case .sandboxed: try await visitor.profile.page(server.origin() + PageServer.sandboxed)
        }
    }

    /// `SameSite=Strict` holds the cookies back from other sites, so that only a neighbour comes as far as our check.
    var expected: (status: Int, code: String) {
        self == .neighbour ? (403, "cross_site_request") : (401, "missing_token")
    }
}

extension BrowserTests {
    @Suite("A page of an origin that isn't allowed") struct OtherOriginTests {
        @Test("can't sign in by cookie, and learns nothing", arguments: Attacker.allCases)
        func login(attacker: Attacker) async throws {
            try await Visitor.run { visitor in
                let page = try await attacker.page(for: visitor)
                for delivery in ["cookie", "both", "body"] {
                    let answer = try await page.fetch(
                        "POST", visitor.url("/v1/login"), json: .object(visitor.credentials(delivery: delivery)))
                    #expect(answer.isHidden, "\(answer)")
                }
                let preflight = try await page.exchange("OPTIONS", visitor.url("/v1/login"))
                #expect(preflight.received.keys.allSatisfy { !$0.hasPrefix("access-control") }, "\(preflight)")
                #expect(try await visitor.profile.cookies.isEmpty)
            }
        }

        @Test("reads nothing of a signed-in user's", arguments: Attacker.allCases)
        func reading(attacker: Attacker) async throws {
            try await Visitor.run { visitor in
                _ = try await visitor.signedInPage()
                let page = try await attacker.page(for: visitor)
                for path in ["/v1/me", "/v1/sessions"] {
                    for mode in ["cors", "no-cors"] {
                        let answer = try await page.fetch("GET", visitor.url(path), ["mode": .string(mode)])
                        #expect(answer.isHidden && answer.text.isEmpty, "\(answer)")
                        let status = attacker == .neighbour ? 200 : 401
                        #expect(try await page.exchange("GET", visitor.url(path)).status == status)
                    }
                }
                // A link shows a neighbour's visitor their own data, which no script of the neighbour's can read.
                let text = try await page.follow("location = '\(visitor.url("/v1/me"))'")
                #expect(text.contains(attacker == .neighbour ? visitor.email : "\"missing_token\""), "\(text)")
            }
        }

        @Test("changes nothing by requests that need no preflight", arguments: Attacker.allCases)
        func simpleRequests(attacker: Attacker) async throws {
            try await Visitor.run { visitor in
                let own = try await visitor.signedInPage()
                let jar = try await visitor.profile.cookies
                let page = try await attacker.page(for: visitor)
                for path in ["/v1/logout", "/v1/refresh"] {
                    let answer = try await page.fetch("POST", visitor.url(path), ["mode": "no-cors"])
                    #expect(answer.isHidden)
                    let exchange = try await page.exchange("POST", visitor.url(path))
                    #expect(exchange.status == attacker.expected.status && exchange.setCookies.isEmpty, "\(exchange)")
                    #expect((exchange.sent["cookie"] != nil) == (attacker == .neighbour), "\(exchange)")
                    #expect(attacker.rawValue.hasPrefix(try #require(exchange.sent["sec-fetch-site"])))
                }
                try await page.run(
                    """
                    const picture = new Image();
                    picture.src = '\(visitor.url("/v1/logout"))';
                    await new Promise(done => { picture.onerror = done });
                    """)
                #expect(try await page.exchange("GET", visitor.url("/v1/logout")).status == 405)
                #expect(try await visitor.profile.cookies == jar)
                try await visitor.expectSignedIn(own)
            }
        }

        @Test("changes nothing by a form that takes the whole tab along", arguments: Attacker.allCases)
        func forms(attacker: Attacker) async throws {
            try await Visitor.run { visitor in
                let own = try await visitor.signedInPage()
                let jar = try await visitor.profile.cookies
                for path in ["/v1/logout", "/v1/refresh"] {
                    let page = try await attacker.page(for: visitor)
                    let text = try await page.follow(
                        """
                        const form = document.createElement('form');
                        form.method = 'post';
                        form.action = '\(visitor.url(path))';
                        document.body.append(form);
                        form.submit();
                        """)
                    #expect(text.contains("\"\(attacker.expected.code)\""), "\(path): \(text)")
                }
                #expect(try await visitor.profile.cookies == jar)
                try await visitor.expectSignedIn(own)
            }
        }

        @Test("can't sign the visitor in as somebody else, however it disguises JSON", arguments: Attacker.allCases)
        func disguisedLogin(attacker: Attacker) async throws {
            try await Visitor.run { visitor in
                let page = try await attacker.page(for: visitor)
                let url = visitor.url("/v1/login")
                let body = JSON.string(JSON.object(visitor.credentials).text).text
                let disguises = [
                    body, "new Blob([\(body)])", "new Blob([\(body)], {type: 'text/plain'})",
                    "new URLSearchParams({\"{\": \(body)})",
                ]
                for disguise in disguises {
                    let answer = try await page.fetch(
                        "'\(url)', {method: 'POST', mode: 'no-cors', credentials: 'include', body: \(disguise)}")
                    #expect(answer.isHidden)
                    #expect(try await page.exchange("POST", url).status == 415, "\(disguise)")
                }
                let declared = "{'content-type': 'application/json'}"
                _ = try await page.fetch(
                    "'\(url)', {method: 'POST', mode: 'no-cors', headers: \(declared), body: \(body)}")
                #expect(try await page.exchange("POST", url).status == 415)
                // A form of type text/plain writes name=value; the equals sign ends up inside a text.
                let text = try await page.follow(
                    """
                    const [name, value] = \(body).replace('}', ',"x":"=y"}').split('=');
                    document.body.innerHTML = '<form method=post enctype=text/plain action="\(url)"><input></form>';
                    const field = document.querySelector('input');
                    [field.name, field.value] = [name, value];
                    document.forms[0].submit();
                    """)
                #expect(text.contains("\"unsupported_media_type\""), "\(text)")
                #expect(try await visitor.profile.cookies.isEmpty)
            }
        }

        @Test("is refused from the moment on at which its origin is taken off the list, preflight or not")
        func withdrawn() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.signedInPage()
                var change = TenantSettingsChange()
                change.allowedOrigins = []
                _ = try await visitor.stage.service.administration.updateTenant(
                    visitor.tenant.tenant.slug, change: change)
                try await visitor.waitUntilNoOriginIsAllowed()
                // The browser remembers the preflight, so that the login itself is sent, and refused.
                let answer = try await visitor.logIn(on: page)
                #expect(answer.isHidden, "\(answer)")
                let login = try await page.exchange("POST", visitor.url("/v1/login"))
                #expect(login.status == 403 && login.setCookies.isEmpty, "\(login)")
                #expect(login.received["access-control-allow-origin"] == nil)
            }
        }
    }
}
