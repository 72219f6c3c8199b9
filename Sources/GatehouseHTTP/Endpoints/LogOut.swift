import Gatehouse

extension Endpoints {
    /// `POST /v1/logout`: ends the session that the credential belongs to, or others of its user.
    static func logOut(_ call: Call) async throws -> Answer {
        let refreshCookie = try call.refreshCookie()
        let access = try call.accessTokenIfAny()
        let reliesOnCookie = refreshCookie != nil || access?.isCookie == true
        if reliesOnCookie { try call.allowedOrigins.refuseCrossSite(call.headers) }
        var fields = try await call.request.fieldsIfAny() ?? .none
        let token = fields.contains("refresh_token") ? fields.text("refresh_token") : nil
        let scope = fields.choice("scope", default: LogOutScope.local)
        try fields.finish()
        if token != nil, reliesOnCookie || access != nil { throw RequestFault.twoTokens }
        try await call.service.logOut(
            try credential(token ?? refreshCookie, access), scope: scope, from: call.client, in: call.currentTenant())
        var answer = Answer.noContent
        if reliesOnCookie, scope != .others { call.cookies.cleared.forEach { answer.setCookie($0) } }
        return answer
    }

    /// A browser sends both cookies; the refresh token tells for longer whose session it is.
    private static func credential(_ refresh: String?, _ access: PresentedToken?) throws(Refusal) -> LogOutCredential {
        if let refresh { return .refreshToken(refresh) }
        guard let access else { throw .missingToken }
        return .accessToken(access.text)
    }
}
