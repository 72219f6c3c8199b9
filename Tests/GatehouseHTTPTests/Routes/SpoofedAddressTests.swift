import Gatehouse
import GatehouseHTTP
import Testing

/// Whoever could say where they are would have a budget of guesses for each address they make up.
@Suite struct SpoofedAddressTests {
    @Test(arguments: [([], 429), (["127.0.0.0/8"], 401)] as [([String], Int)])
    func `Only what a trusted proxy says of its client buys a budget of its own`(
        proxies: [String], last: Int
    ) async throws {
        try await RunningService.run {
            $0.limits = try GuessLimits(parsing: "account=off,source=2/15m,register=off")
            $0.http.trustedProxies = try proxies.map { try CIDR($0) }
        } _: { service in
            let tenant = try await service.tenant()
            var statuses: [Int] = []
            for number in 1...3 {
                let guess: JSON = ["email": .string(randomEmail()), "password": "wrong-Password9x-quasar"]
                let reply = try await tenant.send(
                    "POST", "/v1/login", ["X-Forwarded-For": "198.51.100.\(number)"], json: guess)
                statuses.append(reply.status)
            }
            #expect(statuses == [401, 401, last])
        }
    }
}
