import Gatehouse

extension Endpoints {
    /// `POST /v1/password`: a new password, and the end of every other session of the user.
    static func changePassword(_ call: Call) async throws -> Answer {
        let signedIn = try await call.signedInToChange()
        var fields = try await call.request.fields()
        let current = fields.take("current_password", Password.init)
        let new = fields.take("new_password", Password.init)
        try fields.finish()
        guard let current, let new else { throw RequestFault.notTaken }
        try await call.service.changePassword(
            current: current, new: new, of: signedIn, from: call.client, in: call.currentTenant())
        return .noContent
    }
}
