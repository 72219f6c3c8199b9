import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct RouteTableTests {
    private let table = RouteTable.gatehouse(APIDescription(publicURL: "https://login.example"))

    @Test(
        arguments: [
            ("/healthz", "/healthz", nil, nil), ("/t/shop/v1/me", "/t/{tenant}/v1/me", "shop", nil),
            ("/t/shop/v1/me?x=/y", "/t/{tenant}/v1/me", "shop", nil),
            ("/t/shop/v1/sessions/7", "/t/{tenant}/v1/sessions/{id}", "shop", "7"),
            (
                "/.well-known/oauth-authorization-server/t/shop", "/.well-known/oauth-authorization-server/t/{tenant}",
                "shop",
                nil
            ),
            ("/t/shop/v1/nope", nil, "shop", nil), ("/t/shop/", nil, "shop", nil), ("/t/shop", nil, "shop", nil),
            ("/t/shop/v1/me/", nil, "shop", nil), ("/t/shop/v1/sessions/", nil, "shop", nil),
            ("/t/shop//v1/me", nil, "shop", nil), ("/t/", nil, nil, nil), ("/t", nil, nil, nil), ("/", nil, nil, nil),
            ("*", nil, nil, nil), ("", nil, nil, nil), ("/T/shop/v1/me", nil, nil, nil), ("/nope", nil, nil, nil),
        ] as [(String, String?, String?, String?)])
    func `A path is matched segment by segment`(path: String, template: String?, slug: String?, id: String?) {
        let match = table.match(path)
        #expect(match.resource?.template == template)
        #expect(match.slug == slug)
        #expect(match.id == id)
    }

    @Test func `HEAD is answered where GET is, and named in Allow`() throws {
        let me = try #require(table.match("/t/shop/v1/me").resource)
        #expect(me.methods == [.get, .head, .patch, .delete, .options])
        #expect(me.route(for: .head)?.method == .get)
        #expect(me.route(for: .put) == nil)
        let login = try #require(table.match("/t/shop/v1/login").resource)
        #expect(login.route(for: .head) == nil)
    }
}
