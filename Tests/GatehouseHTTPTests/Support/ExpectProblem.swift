import Gatehouse
import Testing

/// Expects a problem of this row of the error table, with the headers that every error carries.
func expectProblem(_ reply: Reply, _ status: Int, _ code: String) throws {
    #expect(reply.status == status, "\(reply)")
    #expect(reply.code == code, "\(reply)")
    let document = try reply.json
    #expect(document["status"] == .integer(status))
    #expect(document["type"] == "about:blank")
    #expect(document["request_id"]?.stringValue == reply.header("x-request-id"))
    #expect(reply.header("cache-control") == "no-store")
    #expect(reply.header("x-content-type-options") == "nosniff")
    #expect((reply.header("retry-after") != nil) == [429, 503].contains(status), "\(reply)")
}
