import Gatehouse
import Testing

private let newPassword = "another-Lintel92-quasar"

/// The routes of what is done by mail, as an app calls them. Each has a service of its own: whoever sends mails sends those of all.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AccountMailTests {
    private func withTenant(
        _ set: @Sendable (inout TenantSettingsChange) -> Void = { _ in },
        limits: String = "off", _ body: (TestTenant) async throws -> Void
    ) async throws {
        try await RunningService.run {
            $0.limits = try GuessLimits(parsing: limits)
        } _: { service in
            try await body(try await service.tenant(set))
        }
    }

    @Test func `A forgotten password is replaced by the link or by the code`() async throws {
        try await withTenant { tenant in
            let user = try await tenant.user()
            for form in ["token", "code"] {
                try await tenant.request("/v1/password/forgot", user.email)
                let letter = try await tenant.letter(to: user.email)
                var body: JSONObject = ["new_password": .string("\(newPassword)-\(form)")]
                if form == "token" {
                    body["token"] = .string(try #require(letter.token))
                } else {
                    (body["email"], body["code"]) = (.string(user.email), .string(try #require(letter.code)))
                }
                #expect(try await tenant.post("/v1/password/reset", .object(body)).status == 204)
                let again = try await tenant.post("/v1/password/reset", .object(body))
                try expectProblem(again, 401, "invalid_token")
                #expect(again.header("www-authenticate") == nil)
                #expect(try await tenant.me(user.access).code == "session_ended")
                #expect(try await tenant.logIn(user.email, "\(newPassword)-\(form)").status == 200)
            }
        }
    }

    @Test func `An unknown address is answered as a known one is, and gets nothing`() async throws {
        try await withTenant { tenant in
            for path in ["/v1/password/forgot", "/v1/email/verification"] {
                try await tenant.request(path, "nobody@example.com")
                #expect(try await tenant.letterIfAny(to: "nobody@example.com") == nil)
                try expectProblem(
                    try await tenant.post(path, ["email": "no address"]), 422, "validation_failed")
            }
        }
    }

    @Test func `What is no proof is 422 and names the field; token and code exclude each other`() async throws {
        let tenant = try await RunningService.shared.tenant { $0.emailLogin = .code }
        let cases: [(JSONObject, [String])] = [
            ([:], ["token"]), (["email": "a@example.com"], ["code"]), (["code": "1"], ["email"]),
            (["token": 1], ["token"]),
            (["token": nil], ["token"]), (["token": "x", "email": "a@example.com", "code": "1"], ["token"]),
            (["token": "x", "code": "1"], ["email", "token"]), (["email": 1, "code": 2], ["code", "email"]),
        ]
        for path in ["/v1/email/verify", "/v1/email/confirm", "/v1/login/email/verify", "/v1/password/reset"] {
            for (body, fields) in cases {
                var body = body
                if path == "/v1/password/reset" { body["new_password"] = .string(newPassword) }
                let reply = try await tenant.post(path, .object(body))
                try expectProblem(reply, 422, "validation_failed")
                #expect(reply.fields.sorted() == fields, "\(path) \(body)")
            }
        }
        try expectProblem(
            try await tenant.post("/v1/email/undo", ["email": "a@example.com", "code": "1"]), 422, "validation_failed")
    }

    @Test func `An address is verified by whoever asked with it, or is signed in`() async throws {
        try await withTenant { tenant in
            let user = try await tenant.user()
            try await tenant.request("/v1/email/verification", user.email)
            let code = try #require(try await tenant.letter(to: user.email).code)
            for headers in [user.bearer, tenant.cookies(of: user)] {
                for body: JSON? in [nil, [:]] {
                    #expect(try await tenant.send("POST", "/v1/email/verification", headers, json: body).status == 202)
                }
            }
            try expectProblem(
                try await tenant.send("POST", "/v1/email/verification"), 401, "missing_token")
            let letter = try await tenant.letter(to: user.email)
            try expectProblem(
                try await tenant.post("/v1/email/verify", ["email": .string(user.email), "code": .string(code)]), 401,
                "invalid_token")
            let body: JSON = ["token": .string(try #require(letter.token))]
            #expect(try await tenant.post("/v1/email/verify", body).status == 204)
            #expect(try await tenant.me(user.access).json["email_verified"] == true)
        }
    }

    @Test func `Where addresses have to be verified first, register answers alike, and login says so`() async throws {
        try await withTenant({ $0.requireVerifiedEmail = true }) { tenant in
            var answers: Set<[String]> = []
            for _ in 0..<2 {
                let reply = try await tenant.register("ada@example.com")
                #expect(reply.status == 202 && reply.all("set-cookie").isEmpty)
                #expect(try reply.json == [:])
                answers.insert(
                    reply.headers.filter { !["x-request-id", "date"].contains($0.name) }.map { "\($0)" } + [
                        String(decoding: reply.body, as: UTF8.self)
                    ])
            }
            #expect(answers.count == 1, "\(answers)")
            try expectProblem(try await tenant.logIn("ada@example.com"), 403, "email_not_verified")
            try expectProblem(try await tenant.logIn("ada@example.com", "wrong"), 401, "invalid_credentials")
        }
    }

    @Test func `The routes to sign in by mail aren't there unless the tenant wants them`() async throws {
        let tenant = try await RunningService.shared.tenant()
        try expectProblem(try await tenant.post("/v1/login/email", ["email": "a@example.com"]), 404, "not_found")
        try expectProblem(try await tenant.post("/v1/login/email/verify", ["token": "x"]), 404, "not_found")
    }

    @Test func `Who signs in by mail gets a session, in cookies too, unless another site asks for those`() async throws
    {
        try await withTenant({ $0.emailLogin = .link }) { tenant in
            let user = try await tenant.user()
            var replies: [Reply] = []
            for delivery in ["body", "cookie"] {
                try await tenant.request("/v1/login/email", user.email)
                let token = try #require(try await tenant.letter(to: user.email).token)
                let body: JSON = ["token": .string(token), "delivery": .string(delivery)]
                if delivery == "cookie" {
                    let foreign = ["Origin": "https://evil.example"]
                    try expectProblem(
                        try await tenant.post("/v1/login/email/verify", body, foreign), 403, "cross_site_request")
                }
                replies.append(try await tenant.post("/v1/login/email/verify", body))
            }
            #expect(replies.map(\.status) == [200, 200])
            #expect(try await tenant.me(try replies[0].text("access_token")).json["email_verified"] == true)
            #expect(try replies[0].json["device_token"] != nil && replies[1].json["access_token"] == nil)
            #expect(try await tenant.me(try #require(replies[1].cookies[tenant.accessCookie])).status == 200)
            let code: JSON = ["email": .string(user.email), "code": "12345678"]
            try expectProblem(try await tenant.post("/v1/login/email/verify", code), 401, "invalid_token")
        }
    }

    @Test func `An address is changed, told, and taken back`() async throws {
        try await withTenant { tenant in
            let user = try await tenant.user()
            try await tenant.request("/v1/email/verification", user.email)
            let verification = try #require(try await tenant.letter(to: user.email).token)
            #expect(try await tenant.post("/v1/email/verify", ["token": .string(verification)]).status == 204)
            let new = randomEmail()
            let wrong: JSON = ["email": .string(new), "current_password": "wrong"]
            try expectProblem(try await tenant.post("/v1/email", wrong, user.bearer), 403, "invalid_credentials")
            try expectProblem(
                try await tenant.post("/v1/email", ["email": .string(new)], user.bearer), 422, "validation_failed")
            let right: JSON = ["email": .string(new), "current_password": .string(goodPassword)]
            #expect(try await tenant.post("/v1/email", right, user.bearer).status == 202)
            let token = try #require(try await tenant.letter(to: new).token)
            #expect(try await tenant.post("/v1/email/confirm", ["token": .string(token)]).status == 204)
            #expect(try await tenant.me(user.access).json["email"] == .string(new))
            let undo = try #require(try await tenant.letter(to: user.email).token)
            try expectProblem(
                try await tenant.post("/v1/email/confirm", ["token": .string(undo)]), 401, "invalid_token")
            #expect(try await tenant.post("/v1/email/undo", ["token": .string(undo)]).status == 204)
            try expectProblem(try await tenant.me(user.access), 401, "session_ended")
            #expect(try await tenant.logIn(user.email).status == 200)
        }
    }

    @Test func `409 email_taken for who confirms an address that somebody has by then`() async throws {
        try await withTenant { tenant in
            let (user, holder) = (try await tenant.user(), try await tenant.user())
            let body: JSON = ["email": .string(holder.email), "current_password": .string(goodPassword)]
            #expect(try await tenant.post("/v1/email", body, user.bearer).status == 202)
            let token = try #require(try await tenant.letter(to: holder.email).token)
            try expectProblem(
                try await tenant.post("/v1/email/confirm", ["token": .string(token)]), 409, "email_taken")
        }
    }

    @Test func `Who deletes their account is gone, and so are their cookies`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let users = [try await tenant.user(), try await tenant.cookieUser()]
        for (user, headers) in [(users[0], users[0].bearer), (users[1], tenant.cookies(of: users[1]))] {
            let wrong: JSON = ["current_password": "wrong"]
            try expectProblem(
                try await tenant.send("DELETE", "/v1/me", headers, json: wrong), 403, "invalid_credentials")
            try expectProblem(try await tenant.send("DELETE", "/v1/me", headers), 422, "validation_failed")
            let right: JSON = ["current_password": .string(goodPassword)]
            let reply = try await tenant.send("DELETE", "/v1/me", headers, json: right)
            #expect(reply.status == 204, "\(reply)")
            #expect(reply.all("set-cookie").count == (headers["Cookie"] == nil ? 0 : 2))
            #expect(reply.cookies.values.allSatisfy { $0.isEmpty })
            try expectProblem(try await tenant.me(user.access), 401, "session_ended")
            try expectProblem(try await tenant.refresh(user.refresh), 401, "session_ended")
            try expectProblem(try await tenant.logIn(user.email), 401, "invalid_credentials")
            #expect(try await tenant.register(user.email).status == 201)
        }
    }

    @Test func `429 for a source that asks for too many mails; the sixth to one address isn't sent, and nothing tells`()
        async throws
    {
        try await withTenant(limits: "source=7/15m,mail=5/15m") { tenant in
            let user = try await tenant.user()
            for number in 1...6 {
                try await tenant.request("/v1/password/forgot", user.email)
                #expect(try await tenant.letterIfAny(to: user.email)?.token != nil || number == 6)
            }
            #expect(try await tenant.letterIfAny(to: user.email) == nil)
            try await tenant.request("/v1/password/forgot", randomEmail())
            try expectProblem(
                try await tenant.post("/v1/password/forgot", ["email": .string(user.email)]), 429, "too_many_attempts")
        }
    }
}
