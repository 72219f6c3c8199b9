import Gatehouse

extension Endpoints {
    /// `POST /v1/email/verify`: the address is that of whoever was mailed the token.
    static func verifyEmail(_ call: Call) async throws -> Answer {
        var fields = try await call.request.fields()
        let proof = fields.oneTimeProof()
        try fields.finish()
        guard let proof else { throw RequestFault.notTaken }
        try await call.service.verifyEmail(proof, from: call.client, in: call.currentTenant())
        return .noContent
    }
}
