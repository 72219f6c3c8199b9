import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `GET /v1/sessions`: the live sessions of whoever is signed in.
    static func listSessions(_ call: Call) async throws -> Answer {
        let signedIn = try await call.signedIn()
        let sessions = try await call.service.listSessions(of: signedIn, in: call.tenant)
        // There may be a thousand of them, which must not be an event loop's work.
        let bytes = Task.detached {
            JSON.object(["sessions": .array(sessions.map { document($0, isCurrent: $0.id == signedIn.sessionID) })])
                .serialized()
        }
        return Answer(status: .ok, body: .bytes(await bytes.value, contentType: "application/json"))
    }

    private static func document(_ session: Session, isCurrent: Bool) -> JSON {
        [
            "id": .string(session.id.lowercaseString),
            "created_at": .string(RFC3339.format(session.createdAt)),
            "last_used_at": .string(RFC3339.format(session.lastUsedAt)),
            "expires_at": .string(RFC3339.format(session.expiresAt)),
            "ip": session.address.map(JSON.string) ?? .null,
            "user_agent": session.userAgent.map(JSON.string) ?? .null,
            "current": .bool(isCurrent),
        ]
    }
}
