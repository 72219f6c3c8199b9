import FoundationEssentials
import Postgres

/// An API client revokes a token (RFC 7009), which ends the session it belongs to: its other token dies with it.
public struct RevokeToken: Sendable {
    let database: Database
    let tokens: TokenReader
    let identifiers: IdentifierSource

    /// A token that is worth nothing, or whose session has ended, is no error: what the client wants is so already. A superseded
    /// refresh token ends its session, expired or not, as a logout by it does.
    ///
    /// Throws `invalidClient`; `unsupportedTokenType` for a device token, which lives as long as the tenant's key; and
    /// `keysUnavailable` where nobody can say what the token is.
    public func callAsFunction(
        _ token: String, by client: ClientCredential, from place: ClientInfo, in served: ServedTenant
    ) async throws {
        let judged = try await tokens.judge(token, evenExpired: true, for: client, in: served, asking: database)
        _ = try await database.inquire(nil, for: client, in: served.tenant.id)
        switch judged {
        case .access(let claims):
            try await end(claims.sessionID, of: claims.subject, by: client, from: place, in: served)
        case .refresh(let claims): try await end(claims.sessionID, of: nil, by: client, from: place, in: served)
        case .device: throw Refusal.unsupportedTokenType
        case .worthless: break
        }
    }

    /// - Parameter user: Whose session it is, where the token says that: then it ends nobody else's.
    private func end(
        _ session: UUID, of user: UUID?, by client: ClientCredential, from place: ClientInfo, in served: ServedTenant
    ) async throws {
        let tenant = served.tenant.id
        let revocation = SessionStatements.Revocation(
            tenant: tenant, session: session, user: user, client: client.id,
            stamp: EventStamp(id: identifiers.next(), client: place))
        try await database.end(SessionStatements.revokeForClient, revocation, in: tenant)
    }
}
