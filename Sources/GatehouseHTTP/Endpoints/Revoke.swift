import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `POST /oauth2/revoke` (RFC 7009): ends the session of a token, for an API client of the tenant.
    static func revoke(_ call: Call) async throws -> Answer {
        try await call.answeringAsOAuth {
            let (client, token) = try await call.clientAndToken()
            try await call.service.revoke(token, by: client, from: call.client, in: call.currentTenant())
            return Answer(status: .ok, body: .none)
        }
    }
}
