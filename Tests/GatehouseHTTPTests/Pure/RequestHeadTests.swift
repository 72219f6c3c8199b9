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
            [("hOST", "a.example"), ("HOST", "b.example"), ("authorization", "Bearer x"), ("AUTHORIZATION", "y")],
            [("Cookie", "a=1; b=2"), ("cookie", "c=3"), ("traceparent", "00"), ("X-Unheard-Of", "\u{E9}")],
            [("Not a token", "x"), ("", "y"), ("Content-Length", "5"), ("If-None-Match", "\"a\"")], [],
        ])
    func alike(fields: [(String, String)]) throws {
        for method in [HTTPMethod.GET, .RAW(value: "BREW"), .MKCOL] {
            let head = HTTPRequestHead(
                version: .http1_1, method: method, uri: "/a?b=c", headers: HTTPHeaders(fields))
            let request = try HTTPRequest(head)
            #expect(request == (try HTTPRequest(head, secure: false, splitCookie: false)))
        }
    }
}
