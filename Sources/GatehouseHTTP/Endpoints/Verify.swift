import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `GET /v1/verify`: 204 with the user in header fields, or 401, for a proxy that asks before it passes a request on.
    ///
    /// Proxies take 401 and 403 for an answer and anything else for a failure, so contradicting credentials are a token that isn't
    /// valid.
    static func verify(_ call: Call) async throws -> Answer {
        let presented: PresentedToken?
        do {
            presented = try call.accessTokenIfAny()
        } catch is RequestFault {
            throw Refusal.invalidToken
        }
        guard let token = presented else { throw Refusal.missingToken }
        if token.isCookie, ProxiedRequest.mayChangeSomething(call.headers) {
            try call.allowedOrigins.refuseCrossSite(call.headers)
        }
        let claims = try await call.service.verify(token.text, in: call.tenant)
        return .verified(claims, tenant: call.tenant.tenant.slug)
    }
}
