import FoundationEssentials

/// A token of any kind that an API client names, as far as it can be judged without the database.
enum JudgedToken: Sendable {
    case access(AccessClaims)
    case refresh(RefreshClaims)
    /// Ours, but it opens nothing.
    case device
    /// Forged, of another tenant, no token at all, or expired where that matters.
    case worthless

    /// The session that has to live for the token to be worth something.
    var sessionID: UUID? {
        switch self {
        case .access(let claims): claims.sessionID
        case .refresh(let claims): claims.sessionID
        case .device, .worthless: nil
        }
    }
}

extension TokenReader {
    /// What the token is that an API client names. Where nobody can say, who is no client of the tenant hears no more than that.
    ///
    /// Throws `invalidClient`, `keysUnavailable`, and what reading the tenant again may throw.
    ///
    /// - Parameter evenExpired: Whether a refresh token whose time is over counts as well, because the session may outlive it.
    func judge(
        _ token: String, evenExpired: Bool, for client: ClientCredential, in served: ServedTenant,
        asking database: Database
    ) async throws -> JudgedToken {
        do {
            return try await judge(token, evenExpired: evenExpired, in: served)
        } catch {
            _ = try await database.inquire(nil, for: client, in: served.tenant.id)
            throw error
        }
    }

    /// What the token is. Its header says that better than a client's `token_type_hint`, which nobody therefore needs.
    ///
    /// Throws `Refusal.keysUnavailable` when its key can't be opened, and what reading the tenant again may throw.
    private func judge(
        _ token: String, evenExpired: Bool, in served: ServedTenant
    ) async throws -> JudgedToken {
        do {
            switch (try? CompactJWS.parse(token)).flatMap({ TokenType(rawValue: $0.type) }) {
            case .accessToken: return .access(try await access(token, in: served).claims)
            case .refreshToken: return .refresh(try await refresh(token, in: served, evenExpired: evenExpired).claims)
            case .deviceToken: return RecogniseDevice(clock: clock)(token, in: served) == nil ? .worthless : .device
            case nil: return .worthless
            }
        } catch Refusal.invalidToken, Refusal.tokenExpired {
            return .worthless
        }
    }
}
