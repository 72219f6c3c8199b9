import Gatehouse

extension Endpoints {
    /// `POST /v1/refresh`: the next tokens of a session, delivered the way its refresh token came.
    ///
    /// A refusal clears no cookie: another tab may have stored the successor of this token a moment ago.
    static func refresh(_ call: Call) async throws -> Answer {
        let cookie = try call.refreshCookie()
        if cookie != nil { try call.allowedOrigins.refuseCrossSite(call.headers) }
        var fields = try await call.request.fieldsIfAny() ?? .none
        let token = fields.contains("refresh_token") ? fields.text("refresh_token") : nil
        try fields.finish()
        if cookie != nil, token != nil { throw RequestFault.twoTokens }
        guard let presented = token ?? cookie else { throw Refusal.missingToken }
        let session = try await call.service.refresh(presented, from: call.client, in: call.currentTenant())
        return .session(session, by: cookie == nil ? .body : .cookie, in: call.tenant.tenant)
    }
}

extension RequestFault {
    static let twoTokens = RequestFault.malformedRequest("The request carries two tokens; send one.")
}
