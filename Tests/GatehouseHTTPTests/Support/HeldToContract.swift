import TestSupport
import Testing

/// Records an issue where an exchange is not one that the API's description foresees.
func expectDescribed(
    _ method: String, _ target: String, _ headers: [String: String], _ body: [UInt8], _ reply: Reply
) {
    let exchange = HTTPExchange(
        method: method, target: target, requestHeaders: headers.map { ($0.key, $0.value) }, requestBody: body,
        status: reply.status, headers: reply.headers, body: reply.body)
    for violation in APIContract.gatehouse.violations(in: exchange) {
        Issue.record("\(method) \(target) contradicts openapi.json: \(violation)\n\(reply)")
    }
}
