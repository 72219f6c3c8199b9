import Postgres

/// An API client asks what a token is worth at this moment (RFC 7662).
public struct IntrospectToken: Sendable {
    let database: Database
    let tokens: TokenReader

    /// Nil for a token that is worth nothing in this tenant now, for whatever reason. Nothing is changed, and the database is asked
    /// once.
    ///
    /// Throws `invalidClient`, and `keysUnavailable` where nobody can say.
    public func callAsFunction(
        _ token: String, for client: ClientCredential, in served: ServedTenant
    ) async throws -> ActiveToken? {
        let judged = try await tokens.judge(token, evenExpired: false, for: client, in: served, asking: database)
        let inquiry = try await database.inquire(judged.sessionID, for: client, in: served.tenant.id)
        guard let session = inquiry.session else { return nil }
        return switch judged {
        case .access(let claims): ActiveToken(claims, in: session)
        case .refresh(let claims): ActiveToken(claims, in: session, issuer: served.issuer)
        case .device, .worthless: nil
        }
    }
}
