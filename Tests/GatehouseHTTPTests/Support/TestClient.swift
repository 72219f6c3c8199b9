import FoundationEssentials
import Gatehouse

/// An API client of a tenant, and the `oauth2` routes called as it calls them.
struct TestClient: Sendable {
    let id: String
    let secret: String

    /// The header it authenticates itself with.
    var basic: [String: String] { basicAuthorization("\(id):\(secret)") }
}

func basicAuthorization(_ text: String) -> [String: String] {
    ["Authorization": "Basic \(Data(text.utf8).base64EncodedString())"]
}

extension TestTenant {
    func client() async throws -> TestClient {
        let made = try await service.administration.createClient(tenant: tenant.slug, name: "Backend")
        return TestClient(id: made.client.id.lowercaseString, secret: made.secret.revealed)
    }

    /// Posts a form as it is written here.
    func post(_ path: String, _ headers: [String: String], form: String) async throws -> Reply {
        try await service.send(
            "POST", self.path(path), ["Content-Type": "application/x-www-form-urlencoded"] + headers,
            body: Array(form.utf8))
    }

    func introspect(_ token: String, as client: TestClient) async throws -> Reply {
        try await post("/oauth2/introspect", client.basic, form: "token=\(token)")
    }

    func revoke(_ token: String, as client: TestClient) async throws -> Reply {
        try await post("/oauth2/revoke", client.basic, form: "token=\(token)")
    }
}

/// The routes for API clients.
let oauthRoutes = ["/oauth2/introspect", "/oauth2/revoke"]
