import Gatehouse

extension Endpoints {
    /// `POST /v1/email`: has a token mailed to the new address of whoever is signed in.
    static func changeEmail(_ call: Call) async throws -> Answer {
        let signedIn = try await call.signedInToChange()
        var fields = try await call.request.fields()
        let address = fields.take("email", EmailAddress.init)
        let current = fields.takeIfAny("current_password", Password.init)
        try fields.finish()
        guard let address else { throw RequestFault.notTaken }
        try await call.service.changeEmail(
            to: address, current: current, of: signedIn, from: call.client, in: call.currentTenant())
        return .accepted
    }

    /// `POST /v1/email/confirm`: the new address is that of the account from now on.
    static func confirmEmail(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fields()
        let proof = fields.oneTimeProof()
        try fields.finish()
        guard let proof else { throw RequestFault.notTaken }
        try await call.service.confirmEmail(proof, from: call.client, in: call.currentTenant())
        return .noContent
    }

    /// `POST /v1/email/undo`: the address before is that of the account again, and every session ends.
    static func undoEmailChange(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fields()
        let token = fields.text("token")
        try fields.finish()
        guard let token else { throw RequestFault.notTaken }
        try await call.service.undoEmailChange(token: token, from: call.client, in: call.currentTenant())
        return .noContent
    }
}
