public import FoundationEssentials
import Postgres

/// A user looks at their own live sessions.
public struct ListSessions: Sendable {
    let database: Database

    /// Newest first.
    public func callAsFunction(of signedIn: SignedIn, in served: ServedTenant) async throws -> [Session] {
        let tenant = served.tenant.id
        return try await database.query(SessionStatements.live, (tenant, signedIn.user.id), in: tenant)
    }
}

/// A user ends one of their own sessions.
public struct EndSession: Sendable {
    let database: Database
    let identifiers: IdentifierSource

    /// Throws `sessionNotFound` when the user has no such live session, another user's included.
    public func callAsFunction(
        _ id: UUID, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant.id
        let stamp = EventStamp(id: identifiers.next(), client: client)
        guard try await database.end(SessionStatements.endOwn, (tenant, id, signedIn.user.id, stamp), in: tenant)
        else { throw Refusal.sessionNotFound }
    }
}
