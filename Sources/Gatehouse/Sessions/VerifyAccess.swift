/// Whose an access token is, by what it says alone, as an app decides that verifies offline.
public struct VerifyAccess: Sendable {
    let tokens: TokenReader

    /// The claims of a valid access token of this tenant. Its session isn't asked for: one that has ended goes unnoticed until the
    /// token expires. The database is asked only where the tenant, or the key that the token names, isn't in memory.
    ///
    /// Throws `invalidToken`, `tokenExpired`, or `keysUnavailable`.
    nonisolated(nonsending) public func callAsFunction(
        _ accessToken: String, in served: ServedTenant
    ) async throws -> AccessClaims {
        try await tokens.access(accessToken, in: served).claims
    }
}
