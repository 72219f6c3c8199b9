import FoundationEssentials
import Postgres

/// Records what one actor does, each event in the transaction of what it records.
struct AuditTrail: Sendable {
    /// An operator's name, `user` or `service`.
    let actor: String
    let identifiers: IdentifierSource

    func record(
        _ type: AuditEventType, in transaction: Transaction, tenant: UUID, user: UUID? = nil, session: UUID? = nil,
        from client: ClientInfo? = nil, detail: JSONObject = [:]
    ) async throws {
        let event = AuditEvent(
            id: identifiers.next(), tenant: tenant, actor: actor, type: type, userID: user, sessionID: session,
            address: client?.address, userAgent: client?.userAgent, detail: detail)
        _ = try await transaction.execute(AuditStatements.append, event)
    }

    /// What concerns the installation as a whole, or a tenant that is gone with it. Only the owner may.
    func recordOperatorEvent(_ type: OperatorEventType, in transaction: Transaction, detail: JSONObject) async throws {
        _ = try await transaction.execute(
            AuditStatements.appendOperatorEvent, (identifiers.next(), actor, type, detail))
    }
}
