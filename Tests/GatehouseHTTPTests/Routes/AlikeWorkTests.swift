import Gatehouse
import TestSupport
import Testing

/// What must not tell whether there is an account is done by the same statements for everybody, counted in traces: a clock would have
/// to be asked a thousand times.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AlikeWorkTests {
    /// The statements and hashes within a request, by name, in order; but for what reads the tenant again now and then.
    private func statements(
        of name: String, _ count: Int, in collector: TraceCollector, _ body: () async throws -> Void
    ) async throws -> [[String]] {
        let before = collector.spans.count
        try await body()
        let requests = { (spans: [CollectedSpan]) in spans.dropFirst(before).filter { $0.kind == 2 && $0.name == name }
        }
        let spans = try await collector.spans { requests($0).count == count }
        return requests(spans).sorted { $0.start < $1.start }.map { request in
            Array(
                spans.filter { $0.parentSpanID == request.spanID && $0.name != "pool wait" }.sorted {
                    $0.start < $1.start
                }
                .map(\.name).drop { ["SELECT tenants", "SELECT signing_keys"].contains($0) })
        }
    }

    @Test func `A mail is asked for by one statement, whosever the address is`() async throws {
        try await TraceTests.traced { service, collector in
            let tenant = try await service.tenant { $0.emailLogin = .code }
            let (user, disabled) = (try await tenant.user(), try await tenant.user())
            _ = try await service.administration.disableUser(tenant: tenant.tenant.slug, user: disabled.email)
            for path in ["/v1/password/forgot", "/v1/email/verification", "/v1/login/email"] {
                let work = try await statements(of: "POST /t/{tenant}\(path)", 3, in: collector) {
                    for email in [user.email, randomEmail(), disabled.email] { try await tenant.request(path, email) }
                }
                #expect(Set(work).count == 1 && work[0].count == 1, "\(path): \(work)")
            }
        }
    }

    @Test func `A wrong code costs the same where there is none, and where there is nobody`() async throws {
        try await TraceTests.traced { service, collector in
            let tenant = try await service.tenant()
            let (user, other) = (try await tenant.user(), try await tenant.user())
            try await tenant.request("/v1/password/forgot", user.email)
            let code = try #require(try await tenant.letter(to: user.email).code)
            let wrong = code == "00000000" ? "00000001" : "00000000"
            let work = try await statements(of: "POST /t/{tenant}/v1/password/reset", 3, in: collector) {
                for email in [user.email, other.email, randomEmail()] {
                    let body: JSON = [
                        "email": .string(email), "code": .string(wrong), "new_password": "another-Lintel92-quasar",
                    ]
                    try expectProblem(try await tenant.post("/v1/password/reset", body), 401, "invalid_token")
                }
            }
            #expect(Set(work).count == 1, "\(work)")
            #expect(!work[0].contains { $0.contains("password") }, "no password is looked at: \(work)")
        }
    }

    @Test func `A refused sign-in hashes once, whosever it is`() async throws {
        try await TraceTests.traced { service, collector in
            let tenant = try await service.tenant()
            let (user, disabled) = (try await tenant.user(), try await tenant.user())
            let (slug, bare) = (tenant.tenant.slug, randomEmail())
            _ = try await service.administration.disableUser(tenant: slug, user: disabled.email)
            _ = try await service.administration.createUser(tenant: slug, email: bare)
            let work = try await statements(of: "POST /t/{tenant}/v1/login", 4, in: collector) {
                for (email, password) in [
                    (user.email, "wrong-Password9x-quasar"), (randomEmail(), goodPassword),
                    (disabled.email, goodPassword), (bare, goodPassword),
                ] {
                    try expectProblem(try await tenant.logIn(email, password), 401, "invalid_credentials")
                }
            }
            #expect(Set(work).count == 1, "\(work)")
            #expect(work[0].count { $0 == "verify password" } == 1, "\(work)")
        }
    }

    @Test func `A new address is registered by as much work as a known one, where it is to be verified first`()
        async throws
    {
        try await TraceTests.traced { service, collector in
            let tenant = try await service.tenant { $0.requireVerifiedEmail = true }
            let work = try await statements(of: "POST /t/{tenant}/v1/register", 2, in: collector) {
                for _ in 0..<2 {
                    let reply = try await tenant.register("ada@example.com")
                    #expect(reply.status == 202)
                }
            }
            #expect(Set(work).count == 1, "\(work)")
            #expect(work[0].contains("hash password") && work[0].contains("rate password"), "\(work)")
        }
    }
}
