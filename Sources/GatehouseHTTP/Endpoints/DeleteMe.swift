import Gatehouse

extension Endpoints {
    /// `DELETE /v1/me`: the account of whoever is signed in is gone, and their cookies with it.
    static func deleteMe(_ call: Call) async throws -> Answer {
        let signedIn = try await call.signedInToChange()
        var fields = try await call.request.fieldsIfAny() ?? .none
        let current = fields.takeIfAny("current_password", Password.init)
        try fields.finish()
        try await call.service.deleteAccount(
            current: current, of: signedIn, from: call.client, in: call.currentTenant())
        var answer = Answer.noContent
        if try call.accessTokenIfAny()?.isCookie == true { call.cookies.cleared.forEach { answer.setCookie($0) } }
        return answer
    }
}
