import Gatehouse

extension Endpoints {
    /// `POST /v1/password/reset`: a new password for whoever was mailed a token, and the end of every session.
    static func resetPassword(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fields()
        let proof = fields.oneTimeProof()
        let new = fields.take("new_password", Password.init)
        try fields.finish()
        guard let proof, let new else { throw RequestFault.notTaken }
        try await call.service.resetPassword(proof, new: new, from: call.client, in: call.currentTenant())
        return .noContent
    }
}
