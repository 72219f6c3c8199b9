import Gatehouse
import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct OriginTests {
    private let origins = AllowedOrigins(
        own: WebOrigin(ofURL: "https://Login.Example:443/base"),
        listed: ["https://app.example", "http://localhost:3000"])

    private func headers(_ site: String?, _ origin: String?) -> HTTPFields {
        var headers = HTTPFields()
        headers[.secFetchSite] = site
        headers[.origin] = origin
        return headers
    }

    @Test(
        arguments: [
            (nil, nil), ("same-origin", nil), ("none", nil), ("same-origin", "https://login.example"),
            ("same-origin", "https://evil.example"), (nil, "https://login.example"), (nil, "https://LOGIN.example:443"),
            (nil, "https://app.example"), (nil, "https://app.example:443"), (nil, "http://localhost:3000"),
            ("cross-site", "https://app.example"), ("same-site", "https://app.example"),
            ("weird", "https://app.example"),
        ] as [(String?, String?)])
    func `Requests of this site and of listed origins pass`(site: String?, origin: String?) {
        #expect(throws: Never.self) { try origins.refuseCrossSite(headers(site, origin)) }
    }

    @Test(
        arguments: [
            ("cross-site", nil), ("same-site", nil), ("", nil), ("Same-Origin", nil),
            ("cross-site", "https://login.example"),
            ("cross-site", "https://evil.example"), ("same-site", "null"), (nil, "https://evil.example"), (nil, "null"),
            (nil, ""), (nil, "https://app.example.evil.example"), (nil, "http://app.example"),
            (nil, "https://app.example:444"),
            (nil, "https://app.example/"), (nil, "https://evil.example@app.example"), (nil, "http://login.example"),
            (nil, "http://localhost"), (nil, "app.example"), (nil, "https://app.example https://evil.example"),
        ] as [(String?, String?)])
    func `All others are cross-site`(site: String?, origin: String?) {
        #expect(throws: RequestFault.crossSiteRequest) { try origins.refuseCrossSite(headers(site, origin)) }
    }

    @Test func `Headers that are there twice are cross-site`() {
        var twice = headers("same-origin", nil)
        twice.append(HTTPField(name: .secFetchSite, value: "same-origin"))
        #expect(throws: RequestFault.crossSiteRequest) { try origins.refuseCrossSite(twice) }
        twice = headers(nil, "https://app.example")
        twice.append(HTTPField(name: .origin, value: "https://app.example"))
        #expect(throws: RequestFault.crossSiteRequest) { try origins.refuseCrossSite(twice) }
    }

    @Test func `CORS grants listed origins, with credentials, and nobody else`() {
        var answer = Answer.noContent
        CORS(headers(nil, "https://app.example"), origins).grant(&answer)
        #expect(answer.headers[.accessControlAllowOrigin] == "https://app.example")
        #expect(answer.headers[.accessControlAllowCredentials] == "true")
        #expect(answer.headers[.vary] == "Origin")
        for origin in ["https://login.example", "https://evil.example", "null", "*"] {
            var answer = Answer.noContent
            CORS(headers(nil, origin), origins).grant(&answer)
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
            #expect(answer.headers[.accessControlAllowCredentials] == nil)
            #expect(answer.headers[.vary] == "Origin")
        }
    }
}
