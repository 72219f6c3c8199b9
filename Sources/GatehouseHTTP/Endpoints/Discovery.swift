import Gatehouse

extension Endpoints {
    /// The tenant's metadata (RFC 8414), under both well-known names. It lists only what exists.
    static func discovery(_ call: Call) -> Answer {
        let tenant = call.tenant.tenant
        var answer = Answer.json([
            "issuer": .string(call.tenant.issuer),
            "jwks_uri": .string("\(call.configuration.publicURL)/t/\(tenant.slug)/.well-known/jwks.json"),
            // Left out, the last would mean the grants of OAuth's authorization endpoint, which isn't there.
            "response_types_supported": [],
            "grant_types_supported": [],
            "subject_types_supported": ["public"],
        ])
        answer.cacheControl = "public, max-age=\(call.configuration.jwksMaxAge.components.seconds)"
        return answer
    }
}
