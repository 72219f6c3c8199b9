import FoundationEssentials
import Postgres

/// Who a request is made by: the only place that decides whether an access token opens anything.
public struct Authenticate: Sendable {
    private let database: Database
    private let tokens: TokenReader
    private let sessions: Gathering<NamedSession, AskedSession>

    init(database: Database, tokens: TokenReader) {
        self.database = database
        self.tokens = tokens
        sessions = database.gathering(SessionStatements.ask, mayRepeat: true) { named, tenant in
            (tenant, named)
        } answers: { named, asked in
            if named.count == 1 { return [asked.first] }
            let byName = Dictionary(asked.map { ($0.name, $0) }) { first, _ in first }
            return named.map { byName[$0] }
        }
    }

    /// The user and session of a valid access token of this tenant whose session lives, at the cost of one round trip or,
    /// where many ask at once, of a part in one.
    ///
    /// Throws `invalidToken`, `tokenExpired`, or `sessionEnded`.
    nonisolated(nonsending) public func callAsFunction(
        _ accessToken: String, in served: ServedTenant
    ) async throws -> SignedIn {
        let claims = try await tokens.access(accessToken, in: served).claims
        let tenant = served.tenant.id
        guard
            let asked = try await sessions.answer(
                NamedSession(id: claims.sessionID, userID: claims.subject), in: tenant)
        else { throw try await database.refusal(.sessionEnded, in: tenant) }
        guard asked.tenantIsEnabled else { throw Refusal.tenantNotFound }
        guard asked.isLive else { throw Refusal.sessionEnded }
        return SignedIn(user: asked.user, sessionID: claims.sessionID)
    }
}
