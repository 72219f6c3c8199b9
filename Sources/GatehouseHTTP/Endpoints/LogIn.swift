import Gatehouse

extension Endpoints {
    /// `POST /v1/login`: a new session for whoever knows the password.
    static func logIn(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fields()
        let who = logInName(&fields)
        let password = fields.take("password", Password.init)
        let delivery = fields.choice("delivery", default: Delivery.body)
        let deviceToken = fields.takeIfAny("device_token") { $0 }
        try fields.finish()
        guard let who, let password else { throw RequestFault.notTaken }
        if delivery.usesCookies { try call.allowedOrigins.refuseCrossSite(call.headers) }
        let session = try await call.service.logIn(
            who, password: password, deviceToken: deviceToken, from: call.client, in: call.currentTenant())
        return .session(session, by: delivery, in: call.tenant.tenant)
    }

    private static func logInName(_ fields: inout RequestFields) -> LogInName? {
        switch (fields.contains("email"), fields.contains("username")) {
        case (true, true):
            fields.report("username", .eitherEmailOrUsername)
            _ = fields.text("email")
            _ = fields.text("username")
            return nil
        case (_, false): return fields.text("email").map { .email(TypedEmail($0)) }
        case (false, true): return fields.text("username").map(LogInName.username)
        }
    }
}

extension FieldFault {
    fileprivate static let eitherEmailOrUsername = FieldFault(
        code: "ambiguous", message: "Give either email or username, not both.")
}
