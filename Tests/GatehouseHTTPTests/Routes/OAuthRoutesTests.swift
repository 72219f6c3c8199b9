import Gatehouse
import Postgres
import TestSupport
import Testing

/// Introspection (RFC 7662) and revocation (RFC 7009) on the wire.
@Suite struct OAuthRoutesTests {
    @Test func `An active access token is described, and an active refresh token told apart from it`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let client = try await tenant.client()
        let user = try await tenant.user(["username": "Ada"])
        let reply = try await tenant.introspect(user.access, as: client)
        #expect(reply.status == 200)
        #expect(reply.header("content-type") == "application/json")
        #expect(reply.header("cache-control") == "no-store")
        let claims = try JSON.object(in: TokenParts(user.access).payload)
        let access = try reply.json
        #expect(
            Set(access.names) == [
                "active", "token_type", "token_use", "iss", "sub", "aud", "exp", "iat", "jti", "sid", "username",
            ])
        #expect(access["active"] == true && access["token_type"] == "Bearer" && access["token_use"] == "access_token")
        for name in ["iss", "sub", "aud", "exp", "iat", "jti", "sid"] {
            #expect(access[name] == claims[name], "\(name)")
        }
        #expect(access["username"] == "Ada")

        let refresh = try await tenant.introspect(user.refresh, as: client).json
        #expect(Set(refresh.names) == ["active", "token_use", "iss", "sub", "exp", "iat", "sid", "username"])
        #expect(refresh["active"] == true && refresh["token_use"] == "refresh_token")
        for name in ["iss", "sub", "sid"] { #expect(refresh[name] == claims[name], "\(name)") }
    }

    @Test func `Anything else is inactive, and nothing more is said of it`() async throws {
        let service = try await RunningService.shared
        let (tenant, other) = (try await service.tenant(), try await service.tenant())
        let client = try await tenant.client()
        let (ended, foreign) = (try await tenant.user(), try await other.user())
        _ = try await tenant.send("POST", "/v1/logout", ended.bearer)
        for token in [ended.access, ended.refresh, foreign.access, foreign.refresh, "x", "%00", "a.b.c"] {
            let reply = try await tenant.introspect(token, as: client)
            #expect(reply.status == 200)
            #expect(try reply.json == ["active": false])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `While a key can't be opened, a client hears 503 and a stranger that it is unknown`() async throws {
        try await RunningService.run {
            $0.hearsOfChanges = true
        } _: { service in
            let tenant = try await service.tenant()
            let (client, other) = (try await tenant.client(), try await tenant.client())
            let stranger = TestClient(id: client.id, secret: other.secret)
            let user = try await tenant.user()
            try await service.sql(
                """
                update signing_keys set sealed_secret = '\\x00'
                where tenant_id = '\(tenant.tenant.id.lowercaseString)' and use = 'refresh'
                """)
            // The service hears of it in its own time.
            while try await tenant.introspect(user.refresh, as: client).status != 503 {}
            for route in oauthRoutes {
                let form = "token=\(user.refresh)"
                #expect(try await tenant.post(route, client.basic, form: form).status == 503)
                #expect(try await tenant.post(route, stranger.basic, form: form).status == 401)
            }
        }
    }

    @Test func `A hint is only a hint, and unknown parameters are passed over`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let client = try await tenant.client()
        for hint in ["access_token", "refresh_token", "pigeon", "", "%C3%A9"] {
            let user = try await tenant.user()
            for token in [user.access, user.refresh] {
                let form = "token_type_hint=\(hint)&scope=x&token=\(token)&client_id=\(client.id)"
                #expect(try await tenant.post("/oauth2/introspect", client.basic, form: form).json["active"] == true)
            }
            let form = "token=\(user.access)&token_type_hint=\(hint)"
            #expect(try await tenant.post("/oauth2/revoke", client.basic, form: form).status == 200)
            #expect(try await tenant.refresh(user.refresh).code == "session_ended")
        }
    }

    @Test func `Revoking either token ends its session; any other gets 200 as well and ends nothing`() async throws {
        let service = try await RunningService.shared
        let (tenant, other) = (try await service.tenant(), try await service.tenant())
        let client = try await tenant.client()
        let (first, second, third) = (try await tenant.user(), try await tenant.user(), try await tenant.user())
        let foreign = try await other.user()
        for token in [first.refresh, second.access, first.refresh, foreign.refresh, foreign.access, "rubbish"] {
            let reply = try await tenant.revoke(token, as: client)
            #expect(reply.status == 200 && reply.body.isEmpty)
            #expect(reply.header("cache-control") == "no-store")
        }
        for user in [first, second] {
            #expect(try await tenant.refresh(user.refresh).code == "session_ended")
            #expect(try await tenant.me(user.access).code == "session_ended")
            #expect(try await tenant.introspect(user.access, as: client).json == ["active": false])
        }
        #expect(try await tenant.me(third.access).status == 200)
        #expect(try await other.refresh(foreign.refresh).status == 200)
    }

    @Test func `A device token is of a type that can't be revoked`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let client = try await tenant.client()
        let device = try await tenant.register().text("device_token")
        let reply = try await tenant.revoke(device, as: client)
        #expect(reply.status == 400)
        #expect(try reply.json["error"] == "unsupported_token_type")
        #expect(try await tenant.introspect(device, as: client).json == ["active": false])
    }

    @Test func `Without a client of this tenant it is 401 with a challenge, whatever the token`() async throws {
        let service = try await RunningService.shared
        let (tenant, other) = (try await service.tenant(), try await service.tenant())
        let (own, foreign) = (try await tenant.client(), try await other.client())
        let deleted = try await tenant.client()
        _ = try await service.administration.deleteClient(tenant: tenant.tenant.slug, id: deleted.id)
        let user = try await tenant.user()
        let refused: [[String: String]] = [
            [:], user.bearer, ["Authorization": "Basic !!!"], foreign.basic, deleted.basic,
            basicAuthorization("\(own.id):wrong"), basicAuthorization("\(own.id):\(foreign.secret)"),
            basicAuthorization("\(foreign.id):\(own.secret)"), basicAuthorization(own.id),
            own.basic + ["authorization": "Basic eDp5"],
        ]
        for path in oauthRoutes {
            for headers in refused {
                let reply = try await tenant.post(path, headers, form: "token=\(user.refresh)")
                #expect(reply.status == 401, "\(headers): \(reply)")
                #expect(reply.header("www-authenticate") == "Basic realm=\"\(tenant.tenant.slug)\", charset=\"UTF-8\"")
                #expect(reply.header("content-type") == "application/json")
                #expect(reply.header("cache-control") == "no-store")
                #expect(try reply.json["error"] == "invalid_client" && reply.json.names.count == 2)
            }
        }
        #expect(try await tenant.refresh(user.refresh).status == 200)
    }

    @Test(arguments: [
        "", "token=", "token", "nothing=x", "token=a&token=b", "x=1&x=2&token=a", "token=%zz", "token=%FF", "token=a b",
        "token=x&client_secret=y",
    ])
    func `400 invalid_request for a form without one token, a broken one, and a parameter that is there twice`(
        form: String
    ) async throws {
        let tenant = try await RunningService.shared.tenant()
        let client = try await tenant.client()
        for path in oauthRoutes {
            let reply = try await tenant.post(path, client.basic, form: form)
            #expect(reply.status == 400, "\(reply)")
            #expect(try reply.json["error"] == "invalid_request")
            #expect(reply.header("cache-control") == "no-store" && reply.header("www-authenticate") == nil)
        }
    }

    @Test func `What is no form is 415, and what is too large 413, as everywhere`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let client = try await tenant.client()
        for path in oauthRoutes {
            let json = try await tenant.send("POST", path, client.basic, json: ["token": "x"])
            try expectProblem(json, 415, "unsupported_media_type")
            #expect(try json.text("detail").contains("x-www-form-urlencoded"))
            let large = try await tenant.post(
                path, client.basic, form: "token=" + String(repeating: "x", count: 20_000))
            try expectProblem(large, 413, "payload_too_large")
            #expect(try await tenant.send("GET", path).code == "method_not_allowed")
            let nobody = try await tenant.service.send("POST", "/t/nosuchtenant\(path)", client.basic)
            try expectProblem(nobody, 404, "tenant_not_found")
        }
    }

    @Test func `While the database is away it is 503, never an answer about the token or the client`() async throws {
        try await RunningService.run { service in
            let tenant = try await service.tenant()
            let client = try await tenant.client()
            let user = try await tenant.user()
            await service.pool.close()
            for path in oauthRoutes {
                for token in [user.access, user.refresh, "x"] {
                    let reply = try await tenant.post(path, client.basic, form: "token=\(token)")
                    try expectProblem(reply, 503, "database_unavailable")
                }
                #expect(try await tenant.post(path, [:], form: "token=x").status == 401)
            }
        }
    }
}
