import FoundationEssentials
import Gatehouse

extension Endpoints {
    /// `DELETE /v1/sessions/{id}`: signs one device of one's own out. A body has nothing to say.
    static func endSession(_ call: Call) async throws -> Answer {
        let signedIn = try await call.signedInToChange()
        var fields = try await call.request.fieldsIfAny() ?? .none
        try fields.finish()
        guard let id = UUID(uuidString: call.id) else { throw Refusal.sessionNotFound }
        try await call.service.endSession(id, of: signedIn, from: call.client, in: call.currentTenant())
        return .noContent
    }
}
