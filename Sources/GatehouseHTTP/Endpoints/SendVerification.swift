import Gatehouse

extension Endpoints {
    /// `POST /v1/email/verification`: has the mail that verifies an address sent again: that of the body, else that of whoever is
    /// signed in.
    static func sendVerification(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fieldsIfAny() ?? .none
        let address = fields.contains("email") ? fields.take("email", EmailAddress.init) : nil
        try fields.finish()
        if let address {
            try await call.service.requestMail.verification(of: address, from: call.client, in: call.currentTenant())
        } else {
            let signedIn = try await call.signedInToChange()
            try await call.service.requestMail.verification(of: signedIn, from: call.client, in: call.currentTenant())
        }
        return .accepted
    }
}
