import Gatehouse
import Testing

/// Somebody with a browser who is a user of a tenant, whose app is the one origin that the tenant allows.
struct Visitor: Sendable {
    let stage: BrowserStage
    let profile: Profile
    let tenant: TestTenant
    let email: String

    /// Runs `body` with a visitor who hasn't signed in yet, and looks afterwards at every answer that the browser got.
    static func run(
        allowing origins: [String] = [], _ body: (Visitor) async throws -> Void
    ) async throws {
        let stage = try #require(BrowserStage.current)
        let allowed = [stage.app.origin()] + origins
        let tenant = try await stage.service.tenant { $0.allowedOrigins = allowed }
        let profile = try await Profile(stage.tools)
        let visitor = Visitor(stage: stage, profile: profile, tenant: tenant, email: try await tenant.user().email)
        do {
            try await body(visitor)
            try await visitor.expectDelivery(allowing: allowed)
        } catch {
            try? await profile.close()
            throw error
        }
        try await profile.close()
    }

    func url(_ path: String) -> String { stage.origin + tenant.path(path) }

    var credentials: JSONObject { credentials(delivery: "cookie") }

    func credentials(delivery: String) -> JSONObject {
        ["email": .string(email), "password": .string(goodPassword), "delivery": .string(delivery)]
    }

    /// A tab with the app.
    func appPage() async throws -> Page {
        try await profile.page(stage.app.origin())
    }

    /// A tab with the app, signed in.
    func signedInPage() async throws -> Page {
        let page = try await appPage()
        let answer = try await logIn(on: page)
        try #require(answer.status == 200, "\(answer)")
        return page
    }

    func logIn(on page: Page) async throws -> Fetched {
        try await page.fetch("POST", url("/v1/login"), json: .object(credentials))
    }

    /// Expects that the app is signed in as this user, and can go on.
    func expectSignedIn(_ page: Page) async throws {
        let me = try await page.fetch("GET", url("/v1/me"))
        #expect(me.status == 200 && me.json["email"]?.stringValue == email, "\(me)")
        let refreshed = try await page.fetch("POST", url("/v1/refresh"))
        #expect(refreshed.status == 200, "\(refreshed)")
    }

    /// Waits until the service has heard that the list of origins is empty.
    func waitUntilNoOriginIsAllowed() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await tenant.send("GET", "/v1/me", ["Origin": stage.app.origin()])
            .header("access-control-allow-origin") != nil
        {
            try #require(ContinuousClock.now < deadline)
        }
    }

    /// Expects of every answer of the service what each of them must have.
    private func expectDelivery(allowing origins: [String]) async throws {
        for page in profile.pages {
            for exchange in try await page.exchanges(withPort: stage.service.port) {
                #expect(exchange.received["x-content-type-options"] == "nosniff", "\(exchange)")
                // The public URL is plain HTTP.
                #expect(exchange.received["strict-transport-security"] == nil, "\(exchange)")
                let granted = exchange.received["access-control-allow-origin"]
                #expect(granted.map(origins.contains) ?? true, "\(exchange)")
            }
        }
    }
}
