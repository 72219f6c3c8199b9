import Gatehouse

extension Endpoints {
    /// `PATCH /v1/me`: sets or clears the names of whoever is signed in.
    static func updateMe(_ call: Call) async throws -> Answer {
        let signedIn = try await call.signedInToChange()
        var fields = try await call.request.fields()
        let name = fields.change("name", DisplayName.init)
        let username = fields.change("username", Username.init)
        try fields.finish()
        let change = ProfileChange(name: name, username: username)
        let user = try await call.service.updateProfile(
            change, of: signedIn, from: call.client, in: call.currentTenant())
        return .json(user.document)
    }
}
