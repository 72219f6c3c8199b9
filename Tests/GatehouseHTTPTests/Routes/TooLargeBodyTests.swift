import Gatehouse
import Testing

/// A body that is announced as too large is refused whatever is asked, and whoever asks.
@Suite struct TooLargeBodyTests {
    private static let tooLarge = [UInt8](repeating: 0x78, count: 16 * 1024 + 1)

    @Test func `413 on every route of a tenant, without a token and with CORS`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.allowedOrigins = ["https://app.example"] }
        for (method, path) in everyRoute + [("PUT", "/v1/me"), ("OPTIONS", "/v1/me"), ("POST", "/v1/nope")] {
            let reply = try await tenant.service.send(
                method, tenant.path(path), ["Origin": "https://app.example"], body: Self.tooLarge)
            try expectProblem(reply, 413, "payload_too_large")
            #expect(reply.header("connection") == "close")
            #expect(reply.header("access-control-allow-origin") == "https://app.example", "\(method) \(path)")
        }
    }

    @Test(arguments: [
        ("GET", "/healthz"), ("GET", "/openapi.json"), ("GET", "/docs"), ("POST", "/healthz"), ("POST", "/nope"),
        ("OPTIONS", "/docs"), ("POST", "/t/nosuchtenant/v1/login"), ("POST", "/t/nosuchtenant/v1/nope"),
    ])
    func `413 also where no tenant is`(method: String, path: String) async throws {
        let reply = try await RunningService.shared.send(method, path, body: Self.tooLarge)
        try expectProblem(reply, 413, "payload_too_large")
    }

    @Test func `A body that is no larger than allowed is no matter to a route that reads none`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let user = try await tenant.user()
        let body = Array(Self.tooLarge.dropLast())
        let reply = try await tenant.service.send("GET", tenant.path("/v1/me"), user.bearer, body: body)
        #expect(reply.status == 200)
    }
}
