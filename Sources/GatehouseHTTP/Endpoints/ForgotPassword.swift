import Gatehouse

extension Endpoints {
    /// `POST /v1/password/forgot`: has a token mailed to the address, if it is a user's. The answer doesn't tell.
    static func forgotPassword(_ call: Call) async throws -> Answer {
        let address = try await call.address()
        try await call.service.requestMail.passwordReset(to: address, from: call.client, in: call.currentTenant())
        return .accepted
    }
}

extension Call {
    /// The one field of a request for a mail.
    func address() async throws -> EmailAddress {
        var fields = try await request.fields()
        let address = fields.take("email", EmailAddress.init)
        try fields.finish()
        guard let address else { throw RequestFault.notTaken }
        return address
    }
}
