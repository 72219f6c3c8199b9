import Gatehouse

extension Endpoints {
    /// `GET /v1/me`: who is signed in.
    static func showMe(_ call: Call) async throws -> Answer {
        .json(try await call.signedIn().user.document)
    }
}
