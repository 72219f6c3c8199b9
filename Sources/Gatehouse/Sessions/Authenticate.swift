import Postgres

/// Who a request is made by: the only place that decides whether an access token opens anything.
public struct Authenticate: Sendable {
    let database: Database
    let tokens: TokenReader

    /// The user and session of a valid access token of this tenant whose session lives, at the cost of one round trip.
    ///
    /// Throws `invalidToken`, `tokenExpired`, or `sessionEnded`.
    public func callAsFunction(_ accessToken: String, in served: ServedTenant) async throws -> SignedIn {
        let claims = try await tokens.access(accessToken, in: served).claims
        let tenant = served.tenant.id
        guard
            let asked = try await database.first(
                SessionStatements.ask, (tenant, claims.sessionID, claims.subject), in: tenant)
        else { throw try await database.refusal(.sessionEnded, in: tenant) }
        guard asked.tenantIsEnabled else { throw Refusal.tenantNotFound }
        guard asked.isLive else { throw Refusal.sessionEnded }
        return SignedIn(user: asked.user, sessionID: claims.sessionID)
    }
}
