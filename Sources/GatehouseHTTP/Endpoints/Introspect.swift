import Gatehouse

extension Endpoints {
    /// `POST /oauth2/introspect` (RFC 7662): what a token is worth now, for an API client of the tenant.
    static func introspect(_ call: Call) async throws -> Answer {
        try await call.answeringAsOAuth {
            let (client, token) = try await call.clientAndToken()
            let active = try await call.service.introspect(token, for: client, in: call.currentTenant())
            return .json(active?.document ?? ["active": false])
        }
    }
}

extension ActiveToken {
    fileprivate var document: JSON {
        var document: JSONObject = [
            "active": true, "token_use": .string(use.rawValue), "iss": .string(issuer),
            "sub": .string(subject.lowercaseString), "sid": .string(sessionID.lowercaseString),
            "iat": .integer(issuedAt), "exp": .integer(expiresAt),
        ]
        if use == .access { document["token_type"] = "Bearer" }
        if let audience { document["aud"] = .string(audience) }
        if let id { document["jti"] = .string(id) }
        if let username { document["username"] = .string(username) }
        return .object(document)
    }
}
