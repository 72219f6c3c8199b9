import FoundationEssentials
import Postgres

/// Which sessions a logout ends.
public enum LogOutScope: String, Sendable, CaseIterable {
    case local
    case others
    case global
}

/// What a client signs out with.
public enum LogOutCredential: Sendable, Redacted {
    case accessToken(String)
    case refreshToken(String)
}

/// A user signs out.
public struct LogOut: Sendable {
    let database: Database
    let tokens: TokenReader
    let identifiers: IdentifierSource

    /// Ends the sessions the scope names, by a superseded refresh token too, whether or not that has expired: its holder may be
    /// whom a thief has overtaken. One of a session that has ended or expired is no error: there is nothing left to end, nor is
    /// there where a password change ends it while this waits. Throws `invalidToken` for a forged token, `tokenExpired` for an
    /// access token that has expired.
    public func callAsFunction(
        _ credential: LogOutCredential, scope: LogOutScope, from client: ClientInfo, in served: ServedTenant
    ) async throws {
        let (session, user) = try await session(of: credential, in: served)
        let leaving = SessionStatements.LoggingOut(
            tenant: served.tenant.id, session: session, user: user, scope: scope,
            stamp: EventStamp(id: identifiers.next(), client: client))
        switch scope {
        case .local: try await database.end(SessionStatements.logOut, leaving, in: leaving.tenant)
        case .others, .global: try await endSeveral(leaving)
        }
    }

    /// The user is locked before any session, as by whoever changes a password, lest each wait for the other.
    ///
    /// Two statements, so that the second sees what the first has waited for: a sign-in, whose session ends as well, or an ending of
    /// this session, which ends no others then.
    private func endSeveral(_ leaving: SessionStatements.LoggingOut) async throws {
        let ended = try await database.transaction(in: leaving.tenant) { transaction in
            _ = try await transaction.first(SessionStatements.lockUser, leaving)
            return try await transaction.first(SessionStatements.logOut, leaving)
        }
        if let ended { try await database.confirm(ended, in: leaving.tenant) }
    }

    /// The session, and whose it is where the token says that: then it ends nobody else's.
    private func session(
        of credential: LogOutCredential, in served: ServedTenant
    ) async throws -> (session: UUID, user: UUID?) {
        switch credential {
        case .accessToken(let token):
            let claims = try await tokens.access(token, in: served).claims
            return (claims.sessionID, claims.subject)
        case .refreshToken(let token):
            return (try await tokens.refresh(token, in: served, evenExpired: true).claims.sessionID, nil)
        }
    }
}
