import Gatehouse

extension Endpoints {
    /// `POST /v1/login/email`: has a token mailed that signs the user of the address in.
    static func sendLogInMail(_ call: Call) async throws -> Answer {
        try call.requireEmailLogin()
        let address = try await call.address()
        try await call.service.requestMail.logIn(to: address, from: call.client, in: call.currentTenant())
        return .accepted
    }

    /// `POST /v1/login/email/verify`: a new session for whoever was mailed the token.
    static func logInByMail(_ call: Call) async throws -> Answer {
        try call.requireEmailLogin()
        var fields = try await call.request.fields()
        let proof = fields.oneTimeProof()
        let delivery = fields.choice("delivery", default: Delivery.body)
        let deviceToken = fields.takeIfAny("device_token") { $0 }
        try fields.finish()
        guard let proof else { throw RequestFault.notTaken }
        if delivery.usesCookies { try call.allowedOrigins.refuseCrossSite(call.headers) }
        let session = try await call.service.logInByMail(
            proof, deviceToken: deviceToken, from: call.client, in: call.currentTenant())
        return .session(session, by: delivery, in: call.tenant.tenant)
    }
}

extension Call {
    /// A tenant whose users don't sign in by mail has no such routes.
    fileprivate func requireEmailLogin() throws(RequestFault) {
        guard tenant.tenant.settings.emailLogin != .off else { throw .notFound }
    }
}
