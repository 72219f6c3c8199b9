import Crypto
import FoundationEssentials
import Gatehouse
import TestSupport
import Testing

@testable import GatehouseHTTP

@Suite struct DocumentationTests {
    @Test func `The description is served as it stands in the repository, and names this instance as its server`()
        async throws
    {
        try await RunningService.run {
            $0.http.publicURL = "https://sign-in.example:8443"
        } _: { service in
            let reply = try await service.send("GET", "/openapi.json")
            var described = APIContract.gatehouse.root
            described["servers"] = [
                ["url": "https://sign-in.example:8443", "description": "Where this instance is reached."]
            ]
            #expect(try reply.json == described)
            let page = try await service.send("GET", "/docs")
            #expect(String(decoding: page.body, as: UTF8.self).contains("<code>https://sign-in.example:8443</code>"))
        }
    }

    @Test func `The page has every operation, code and schema, and every link in it leads somewhere`() async throws {
        let page = try await page().text
        let anchors = Set(page.matches(of: /\ id="([^"]+)"/).map { String($0.1) })
        let contract = APIContract.gatehouse
        for operation in contract.operations {
            #expect(anchors.contains(operation.object["operationId"]?.stringValue ?? ""), "\(operation.path)")
            #expect(page.contains("<code>\(operation.path)</code>"))
        }
        for name in contract.root["components"]?.objectValue?["schemas"]?.objectValue?.names ?? [] {
            #expect(anchors.contains("schema-\(name)"))
        }
        for refusal in everyRefusal.compactMap({ Problem($0) }) { #expect(anchors.contains("code-\(refusal.code)")) }
        for link in page.matches(of: /href="([^"]+)"/).map({ String($0.1) }) where link != "/openapi.json" {
            #expect(link.hasPrefix("#") && anchors.contains(String(link.dropFirst())), "\(link)")
        }
    }

    @Test func `The page runs nothing and loads nothing, and its policy knows its one style sheet`() async throws {
        let (text, policy) = try await page()
        for forbidden in ["<script", "src=", "@import", "url(", " style=", " on", "<link", "<iframe", "<form"] {
            let markup = text.matches(of: /<[^>]*>/).map { String($0.0) } + [text.between("<style>", "</style>")]
            #expect(!markup.contains { $0.contains(forbidden) }, "\(forbidden)")
        }
        let hash = Data(SHA256.hash(data: Array(text.between("<style>", "</style>").utf8))).base64EncodedString()
        #expect(
            policy == "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'")
    }

    @Test func `Whatever a description says is text on the page`() {
        let hostile = #"</style><script>x</script>"'&`<b>`**<i>**"#
        let text = JSON.string(hostile)
        let operation: JSON = [
            "operationId": text, "tags": [text], "summary": text, "description": text,
            "security": [["scheme": []]], "parameters": [["name": text, "in": text, "description": text]],
            "requestBody": [
                "description": text,
                "content": ["type": ["schema": ["$ref": "#/components/schemas/Odd"], "example": ["member": text]]],
            ],
            "responses": [
                "200": ["description": text, "headers": ["Odd": ["description": text]]],
                "400": ["description": text],
            ],
        ]
        let schema: JSON = [
            "description": text,
            "properties": .object(["member": ["type": text, "description": text, "default": text]]),
        ]
        let page = DescriptionPage(
            DescribedAPI([
                "openapi": text, "info": ["title": text, "summary": text, "description": text],
                "tags": [["name": text, "description": text]], "paths": ["/odd": ["get": operation]],
                "components": [
                    "schemas": ["Odd": schema],
                    "securitySchemes": ["scheme": ["name": text, "description": text]],
                ],
            ]), server: hostile, style: [])
        let html = String(decoding: page.html(), as: UTF8.self)
        #expect(html.contains("&lt;script&gt;x&lt;/script&gt;&quot;&#39;&amp;"))
        for markup in ["<script", "<b>", "<i>"] { #expect(!html.contains(markup)) }
        #expect(html.matches(of: /<\/style>/).count == 1)
    }

    private func page() async throws -> (text: String, policy: String) {
        let reply = try await RunningService.shared.send("GET", "/docs")
        #expect(reply.status == 200)
        #expect(reply.header("content-type") == "text/html; charset=utf-8")
        #expect(reply.header("cross-origin-opener-policy") == "same-origin")
        return (String(decoding: reply.body, as: UTF8.self), try #require(reply.header("content-security-policy")))
    }
}

extension String {
    fileprivate func between(_ start: String, _ end: String) -> String {
        guard let start = firstRange(of: start), let end = self[start.upperBound...].firstRange(of: end) else {
            return ""
        }
        return String(self[start.upperBound..<end.lowerBound])
    }
}
