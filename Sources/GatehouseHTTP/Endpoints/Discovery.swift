import Gatehouse

extension Endpoints {
    /// The tenant's metadata (RFC 8414), under both well-known names. It lists only what exists.
    static func discovery(_ call: Call) -> Answer {
        let base = "\(call.configuration.publicURL)/t/\(call.tenant.tenant.slug)"
        var answer = Answer.json([
            "issuer": .string(call.tenant.issuer),
            "jwks_uri": .string("\(base)/.well-known/jwks.json"),
            "introspection_endpoint": .string("\(base)/oauth2/introspect"),
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
            "revocation_endpoint": .string("\(base)/oauth2/revoke"),
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic"],
            // Left out, the last would mean the grants of OAuth's authorization endpoint, which isn't there.
            "response_types_supported": [],
            "grant_types_supported": [],
            "subject_types_supported": ["public"],
        ])
        answer.cacheControl = "public, max-age=\(call.configuration.jwksMaxAge.components.seconds)"
        return answer
    }
}
