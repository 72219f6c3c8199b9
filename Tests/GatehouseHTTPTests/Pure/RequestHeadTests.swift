import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Testing

@testable import GatehouseHTTP

@Suite("The head of a request") struct RequestHeadTests {
    @Test(
        "is what SwiftNIO's conversion makes of it, however its fields are spelt and repeated",
        arguments: [
            [("Host", "a.example"), ("Accept", "*/*"), ("x-request-id", "1")],
            [("hOST", "a.example"), ("authorization", "Bearer x"), ("AUTHORIZATION", "y")],
            [
                ("Cookie", "a=1; b=2"), ("cookie", "c=3"), ("host", ""), ("traceparent", "00"),
                ("X-Unheard-Of", "\u{E9}"),
            ],
            [("Not a token", "x"), ("", "y"), ("Content-Length", "5"), ("If-None-Match", "\"a\""), ("Host", "a:1")],
        ])
    func alike(fields: [(String, String)]) throws {
        for method in [HTTPMethod.GET, .RAW(value: "BREW"), .MKCOL] {
            let head = HTTPRequestHead(
                version: .http1_1, method: method, uri: "/a?b=c", headers: HTTPHeaders(fields))
            let request = try HTTPRequest(head)
            #expect(request == (try HTTPRequest(head, secure: false, splitCookie: false)))
        }
    }

    @Test(
        "names its host as a URL may, or names none",
        arguments: [
            "", "x", "x:", ":80", "shop-1.example:8080", "a_b", "10.0.0.1:80", "[::1]", "[::ffff:10.0.0.1]:80",
            "[v1.a+b]",
            "a%2Db%c3%a4:1", "~!$&'()*+,;=",
        ])
    func host(value: String) throws {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/a", headers: ["Host": value])
        let request = try HTTPRequest(head)
        #expect(request.authority == value)
    }

    @Test(
        "says once to which host it goes, in HTTP/1.0 at most once",
        arguments: ["/a", "http://b.example/a", "*"])
    func hosts(target: String) throws {
        func request(_ version: HTTPVersion, _ hosts: String...) throws -> HTTPRequest {
            let fields = HTTPHeaders(hosts.map { ($0, "a.example") })
            return try HTTPRequest(HTTPRequestHead(version: version, method: .GET, uri: target, headers: fields))
        }
        _ = try request(.http1_1, "Host")
        _ = try request(.http1_0, "HOST")
        _ = try request(.http1_0)
        #expect(throws: DoubtfulHost.self) { try request(.http1_1) }
        for version in [HTTPVersion.http1_0, .http1_1] {
            #expect(throws: DoubtfulHost.self) { try request(version, "Host", "host") }
        }
    }
}
