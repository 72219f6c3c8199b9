import Gatehouse
import TestSupport
import Testing

/// That the answers of all tests are really held to the description: what contradicts it is noticed.
@Suite struct ContractTests {
    /// A good exchange, in which a test changes one thing.
    private struct Draft {
        var method = "PATCH"
        var target = "/t/shop/v1/me?x=1"
        var requestHeaders = ["Authorization": "Bearer x", "Content-Type": "application/json; charset=utf-8"]
        var request: JSON = ["name": "Ada"]
        var status = 200
        var headers = [
            "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
            "X-Request-Id": "abc", "Date": "now",
            "traceparent": "00-\(String(repeating: "a", count: 32))-00f067aa0ba902b7-01",
        ]
        var body: JSON? = [
            "id": "0198f2c4-7d3e-7a10-9c55-3f0e6f1b2a77", "email": "ada@example.com", "email_verified": false,
            "username": nil, "name": "Ada", "created_at": "2026-03-01T09:30:00.000000Z",
            "updated_at": "2026-03-01T09:30:00.000000Z",
        ]

        var exchange: HTTPExchange {
            HTTPExchange(
                method: method, target: target, requestHeaders: requestHeaders.map { ($0.key, $0.value) },
                requestBody: request.serialized(), status: status, headers: headers.map { ($0.key, $0.value) },
                body: body?.serialized() ?? [])
        }

        /// Turns the answer into a problem.
        mutating func fail(_ status: Int, _ code: String) {
            self.status = status
            headers["Content-Type"] = "application/problem+json"
            body = [
                "type": "about:blank", "title": "", "status": .integer(status), "code": .string(code), "detail": "",
                "request_id": "abc",
            ]
        }
    }

    private static let contradictions: [(what: String, change: @Sendable (inout Draft) -> Void)] = [
        ("a status", { $0.status = 202 }),
        ("a header that isn't described", { $0.headers["X-Powered-By"] = "x" }),
        ("a header that is missing", { $0.headers["X-Request-Id"] = nil }),
        ("a header's value", { $0.headers["Cache-Control"] = "public" }),
        ("the content type", { $0.headers["Content-Type"] = "text/html" }),
        ("no content type", { $0.headers["Content-Type"] = nil }),
        ("no body", { $0.body = nil }),
        ("a member that isn't described", { $0.body = ["role": "admin"] }),
        ("a request that should have been refused", { $0.request = ["role": "admin"] }),
        ("a request of another type", { $0.requestHeaders["Content-Type"] = "text/plain" }),
        ("a request without credentials", { $0.requestHeaders["Authorization"] = nil }),
        ("a tenant of no such slug", { $0.target = "/t/SHOP/v1/me" }),
        ("a path", { $0.target = "/t/shop/v1/you" }),
        ("a method", { $0.method = "PUT" }),
        ("a body of HEAD", { $0.method = "HEAD" }),
        ("a code of another operation", { $0.fail(401, "refresh_token_reused") }),
        ("a code of another status", { $0.fail(409, "not_found") }),
        ("a code that there isn't", { $0.fail(422, "unlucky") }),
        (
            "an unknown path's code",
            {
                ($0.target, $0.status) = ("/nope", 404); $0.fail(404, "session_not_found")
            }
        ),
        (
            "a 405 without Allow",
            {
                $0.method = "PUT"; $0.fail(405, "method_not_allowed")
            }
        ),
        ("another bare refusal", { ($0.status, $0.body, $0.headers) = (431, nil, ["Connection": "close"]) }),
        ("a bare error of ours", { ($0.status, $0.body, $0.headers["Content-Type"]) = (400, nil, nil) }),
    ]

    @Test(arguments: contradictions.indices)
    func `An exchange that the description doesn't foresee is noticed`(index: Int) {
        let (what, change) = Self.contradictions[index]
        var draft = Draft()
        change(&draft)
        #expect(!APIContract.gatehouse.violations(in: draft.exchange).isEmpty, "\(what)")
    }

    private static let foreseen: [@Sendable (inout Draft) -> Void] = [
        { _ in },
        { $0.fail(422, "validation_failed") },
        { ($0.method, $0.request) = ("GET", [:]) },
        {
            $0.target = "/nope"; $0.fail(404, "not_found")
        },
        {
            $0.method = "PUT"; $0.fail(405, "method_not_allowed"); $0.headers["Allow"] = "GET, HEAD, PATCH, OPTIONS"
        },
        { ($0.status, $0.body, $0.headers) = (400, nil, ["Connection": "close"]) },
    ]

    @Test(arguments: foreseen.indices)
    func `One that it does foresee is not`(index: Int) {
        var draft = Draft()
        Self.foreseen[index](&draft)
        #expect(APIContract.gatehouse.violations(in: draft.exchange) == [])
    }
}
