import Gatehouse
import HTTPTypes

/// An access token as it was presented.
struct PresentedToken {
    let text: String
    let isCookie: Bool
}

extension Call {
    /// The access token of the request, from `Authorization` or else from the cookie; nil when there is neither.
    ///
    /// Throws for a token that can't be read, and for cookies that contradict each other.
    func accessTokenIfAny() throws -> PresentedToken? {
        switch try Authorization(headers) {
        case .bearer(let token): return PresentedToken(text: token, isCookie: false)
        case .malformed: throw Refusal.invalidToken
        case .absent:
            return try Cookies.value(of: cookies.accessName, in: headers).map {
                PresentedToken(text: $0, isCookie: true)
            }
        }
    }

    /// The refresh cookie, unless a bearer token makes cookies irrelevant.
    func refreshCookie() throws -> String? {
        guard case .absent = try Authorization(headers) else { return nil }
        return try Cookies.value(of: cookies.refreshName, in: headers)
    }

    /// Whose live session asks, for a route that reads.
    func signedIn() async throws -> SignedIn {
        guard let token = try accessTokenIfAny() else { throw Refusal.missingToken }
        return try await service.authenticate(token.text, in: tenant)
    }

    /// Whose live session asks, for a route that changes something: with a cookie it may not come from another site.
    ///
    /// Judged once the body is there, which may take its time: meanwhile the session may end, or the key of its token be revoked.
    func signedInToChange() async throws -> SignedIn {
        guard let token = try accessTokenIfAny() else { throw Refusal.missingToken }
        if token.isCookie { try allowedOrigins.refuseCrossSite(headers) }
        _ = await request.body.ending()
        return try await service.authenticate(token.text, in: currentTenant())
    }
}
