import Gatehouse
import Testing

/// The bounds of the request reader, as a client meets them.
@Suite struct RequestReadingTests {
    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test(arguments: [
        (#"{"email":"a@example.com\u0000","password":"x"}"#, ["email"]),
        (#"{"email":"a","password":"\ud800"}"#, ["password"]),
        (#"{"email":"\udc00\ud800","password":"\u0000"}"#, ["email", "password"]),
        (#"{"email":"a","password":"x","other":["\u0000"]}"#, ["other"]), (#"{"\ud83d":1}"#, [#"\ud83d"#]),
        (#"{"a\u0000":"\ud800","b":1}"#, [#"a\u0000"#]),
    ])
    func `422 for NUL and half a surrogate pair names the members that hold them`(
        body: String, fields: [String]
    ) async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.send("POST", "/v1/login", raw: Array(body.utf8))
        try expectProblem(reply, 422, "validation_failed")
        #expect(reply.fields == fields)
    }

    @Test func `Of many members that hold NUL twenty are named`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let members = (0..<30).map { #""x\#($0)":"\u0000""# }.joined(separator: ",")
        let reply = try await tenant.send("POST", "/v1/login", raw: Array("{\(members)}".utf8))
        try expectProblem(reply, 422, "validation_failed")
        #expect(reply.fields == (0..<20).map { "x\($0)" })
    }

    @Test(arguments: [
        "1e400", "-0", "-1e-400", "1E+99999999999999999999", "1e" + String(repeating: "9", count: 126), nested(31),
    ])
    func `422 for a number or array of any size where a text belongs`(value: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        let body = #"{"email":\#(value),"password":"x"}"#
        let reply = try await tenant.send("POST", "/v1/login", raw: Array(body.utf8))
        try expectProblem(reply, 422, "validation_failed")
        #expect(reply.fields == ["email"])
    }

    @Test(arguments: [
        "01", "-01", "+1", "1.", ".5", "1e", "0x1", "1e" + String(repeating: "9", count: 127), nested(32),
    ])
    func `400 for a number that JSON does not know or that is absurdly long, and for nesting too deep`(
        value: String
    ) async throws {
        let tenant = try await RunningService.shared.tenant()
        let body = #"{"email":\#(value),"password":"x"}"#
        try expectProblem(
            try await tenant.send("POST", "/v1/login", raw: Array(body.utf8)), 400, "malformed_json")
    }

    @Test(arguments: [
        ("application/json", "{", 400, "malformed_json"), ("application/json", "[]", 400, "malformed_request"),
        ("application/json", #"{"all":true}"#, 422, "validation_failed"),
        ("text/plain", "{}", 415, "unsupported_media_type"),
    ])
    func `A session is ended by no request whose body is wrong, though it needs none`(
        type: String, body: String, status: Int, code: String
    ) async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let path = tenant.path("/v1/sessions/\(try await tenant.sessionID(of: user.access))")
        let headers = user.bearer + ["Content-Type": type]
        let reply = try await tenant.service.send("DELETE", path, headers, body: Array(body.utf8))
        try expectProblem(reply, status, code)
        let ended = try await tenant.service.send(
            "DELETE", path, user.bearer + ["Content-Type": "application/json"], body: Array("{}".utf8))
        #expect(ended.status == 204)
    }

    @Test func `A body of 16 KiB is read, and one of a byte more is not`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let body = Array(#"{"email":"a","password":"x","other":1}"#.utf8)
        let space = [UInt8](repeating: 0x20, count: 16 * 1024 - body.count)
        try expectProblem(try await tenant.send("POST", "/v1/login", raw: body + space), 422, "validation_failed")
        try expectProblem(
            try await tenant.send("POST", "/v1/login", raw: body + space + [0x20]), 413, "payload_too_large")
    }
}
