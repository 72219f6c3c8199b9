import FoundationEssentials
import Postgres

/// Which sessions a logout ends.
public enum LogOutScope: String, Sendable, CaseIterable {
    case local
    case others
    case global
}

/// What a client signs out with.
public enum LogOutCredential: Sendable {
    case accessToken(String)
    case refreshToken(String)
}

/// A user signs out.
public struct LogOut: Sendable {
    let database: Database
    let tokens: TokenReader

    /// Ends the sessions the scope names. A superseded token, or one of a session that has ended, is no error: there is
    /// nothing left to end by it. Throws `invalidToken` for a forged one, `tokenExpired` for an expired one.
    public func callAsFunction(
        _ credential: LogOutCredential, scope: LogOutScope, in served: ServedTenant
    ) async throws {
        let session =
            switch credential {
            case .accessToken(let token): try await tokens.access(token, in: served).sessionID
            case .refreshToken(let token): try await tokens.refresh(token, in: served).sessionID
            }
        let tenant = served.tenant.id
        switch scope {
        case .local:
            try await database.execute(SessionStatements.end, (tenant, session, nil, .loggedOut), in: tenant)
        case .others, .global:
            try await database.execute(SessionStatements.endSiblings, (tenant, session, scope == .global), in: tenant)
        }
    }
}
