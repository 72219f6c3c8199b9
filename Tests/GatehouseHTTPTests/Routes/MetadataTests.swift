import Gatehouse
import GatehouseHTTP
import Testing

@Suite struct MetadataTests {
    @Test func `The JWKS is public, cacheable and has an entity tag`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.send("GET", "/.well-known/jwks.json")
        #expect(reply.status == 200)
        #expect(reply.header("content-type") == "application/jwk-set+json")
        #expect(reply.header("cache-control") == "public, max-age=300")
        let keys = try #require(try reply.json["keys"]?.arrayValue).compactMap(\.objectValue)
        #expect(keys.count == 2)
        for key in keys { #expect(Set(key.names) == ["kty", "crv", "x", "y", "kid", "use", "alg"]) }
        let tag = try #require(reply.header("etag"))
        let again = try await tenant.send("GET", "/.well-known/jwks.json", ["If-None-Match": tag])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        #expect(again.header("etag") == tag)
        #expect(again.header("cache-control") == "public, max-age=300")
        #expect(try await tenant.send("GET", "/.well-known/jwks.json", ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test func `HEAD answers the headers of GET without its body`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let get = try await tenant.send("GET", "/.well-known/jwks.json")
        let head = try await tenant.send("HEAD", "/.well-known/jwks.json")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.header("content-length") == String(get.body.count))
        #expect(head.header("etag") == get.header("etag"))
        #expect(try await tenant.send("HEAD", "/v1/login").status == 405)
    }

    @Test func `Discovery says only what is true, under both names`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        let base = "https://login.example/t/\(tenant.tenant.slug)"
        let reply = try await tenant.send("GET", "/.well-known/openid-configuration")
        #expect(reply.header("cache-control") == "public, max-age=300")
        let metadata = try reply.json
        #expect(metadata["issuer"] == .string(base))
        #expect(metadata["jwks_uri"] == .string("\(base)/.well-known/jwks.json"))
        #expect(metadata["response_types_supported"] == [])
        #expect(metadata["introspection_endpoint"] == .string("\(base)/oauth2/introspect"))
        #expect(metadata["revocation_endpoint"] == .string("\(base)/oauth2/revoke"))
        for name in ["introspection", "revocation"] {
            #expect(metadata["\(name)_endpoint_auth_methods_supported"] == ["client_secret_basic"])
        }
        #expect(metadata.names.filter { $0.hasSuffix("_endpoint") }.count == 2)
        let other = try await service.send("GET", "/.well-known/oauth-authorization-server/t/\(tenant.tenant.slug)")
        #expect(try other.json == metadata)
        let post = try await service.send("POST", "/.well-known/oauth-authorization-server/t/\(tenant.tenant.slug)")
        #expect(post.code == "method_not_allowed")
    }

    @Test func `Every answer has a request id and what keeps browsers safe; all but JWKS and discovery are not stored`()
        async throws
    {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        let user = try await tenant.user()
        let replies = [
            try await service.send("GET", "/healthz"), try await service.send("GET", "/nope"),
            try await tenant.register(),
            try await tenant.me(user.access), try await tenant.me("x"),
            try await tenant.send("POST", "/.well-known/jwks.json"), try await tenant.send("OPTIONS", "/v1/me"),
            try await tenant.send("POST", "/v1/logout", user.bearer),
        ]
        for reply in replies {
            #expect(reply.header("cache-control") == "no-store")
            #expect(reply.header("x-content-type-options") == "nosniff")
            #expect(reply.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'")
            #expect(reply.header("cross-origin-resource-policy") == "same-origin")
            #expect(reply.header("referrer-policy") == "no-referrer")
            #expect(reply.header("strict-transport-security") == "max-age=31536000")
            #expect(reply.header("x-request-id")?.isEmpty == false)
            #expect(reply.header("server") == nil)
        }
        #expect(Set(replies.map { $0.header("x-request-id") }).count == replies.count)
        let echoed = try await service.send("GET", "/healthz", ["X-Request-Id": "A-z.0_9"])
        #expect(echoed.header("x-request-id") == "A-z.0_9")
        #expect(echoed.status == 200)
    }

    @Test func `HSTS is only for https`() async throws {
        try await RunningService.run {
            $0.http.publicURL = "http://localhost:8080"
        } _: { service in
            let reply = try await service.send("GET", "/healthz")
            #expect(reply.header("strict-transport-security") == nil)
        }
    }
}
