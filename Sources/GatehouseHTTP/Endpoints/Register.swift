import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `POST /v1/register`: a new user, signed in, unless the tenant wants to know first that the address is theirs.
    static func register(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fields()
        let email = fields.take("email", EmailAddress.init)
        let username = fields.takeIfAny("username", Username.init)
        let name = fields.takeIfAny("name", DisplayName.init)
        let password = fields.take("password", Password.init)
        let delivery = fields.choice("delivery", default: Delivery.body)
        try fields.finish()
        guard let email, let password else { throw RequestFault.notTaken }
        if delivery.usesCookies { try call.allowedOrigins.refuseCrossSite(call.headers) }
        let tenant = try await call.currentTenant()
        if tenant.tenant.settings.requireVerifiedEmail {
            try await call.service.register.awaitingVerification(
                email: email, username: username, name: name, password: password, from: call.client, in: tenant)
            return .accepted
        }
        let session = try await call.service.register(
            email: email, username: username, name: name, password: password, from: call.client, in: tenant)
        return .session(session, status: .created, by: delivery, in: tenant.tenant)
    }
}
