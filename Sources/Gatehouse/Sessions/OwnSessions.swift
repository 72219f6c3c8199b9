public import FoundationEssentials
import Postgres

/// A user looks at their own live sessions.
public struct ListSessions: Sendable {
    /// The most that one answer holds. Who signs in every minute has 43,200 of thirty days.
    public static let most = 1000

    let database: Database

    /// Newest first, ``most`` of them, among which is the one that they ask by.
    public func callAsFunction(of signedIn: SignedIn, in served: ServedTenant) async throws -> [Session] {
        let tenant = served.tenant.id
        let sessions = try await database.query(
            SessionStatements.live, (tenant, signedIn.user.id, Self.most, signedIn.sessionID), in: tenant)
        return sessions.sorted { $0.createdAt > $1.createdAt }
    }
}

/// A user ends one of their own sessions.
public struct EndSession: Sendable {
    let database: Database
    let identifiers: IdentifierSource

    /// Throws `sessionNotFound` when the user has no such live session, another user's included, and `sessionEnded` when the one they
    /// ask by was ended meanwhile.
    public func callAsFunction(
        _ id: UUID, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant.id
        let ending = SessionStatements.EndingOwn(
            tenant: tenant, session: id, user: signedIn.user.id, caller: signedIn.sessionID,
            stamp: EventStamp(id: identifiers.next(), client: client))
        guard let hasEnded = try await database.end(SessionStatements.endOwn, ending, in: tenant) else {
            throw try await database.refusal(.sessionEnded, in: tenant)
        }
        guard hasEnded else { throw Refusal.sessionNotFound }
    }
}
