import FoundationEssentials

@testable import Gatehouse

extension Refusal {
    /// Whether it says that a token opens nothing any more. The others say that nobody can tell for the moment, or something else.
    fileprivate var saysThatNothingOpens: Bool {
        switch self {
        case .sessionEnded, .invalidToken, .refreshTokenReused, .tokenExpired, .tenantNotFound: true
        default: false
        }
    }
}

/// What a token opens; nil where it opens nothing any more. Throws whatever else keeps one from knowing.
func opened<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value? {
    do {
        return try await body()
    } catch let refusal as Refusal where refusal.saysThatNothingOpens {
        return nil
    }
}

/// A session of which one token opens something and the other doesn't.
private struct HalfAlive: Error {
    let byAccessToken: Bool
    let byRefreshToken: Bool
}

extension Installation {
    /// Whether both tokens of a session still open something, or neither does. Asking changes nothing.
    func isAlive(_ session: IssuedSession, in tenant: ServedTenant) async throws -> Bool {
        let byAccessToken = try await opened { try await service.authenticate(session.accessToken, in: tenant) } != nil
        let byRefreshToken = try await opened { try await wouldRefresh(session.refreshToken, in: tenant) } == true
        guard byAccessToken == byRefreshToken else {
            throw HalfAlive(byAccessToken: byAccessToken, byRefreshToken: byRefreshToken)
        }
        return byAccessToken
    }

    /// Whether presenting the token now would be answered with tokens. An API client could ask the same, but making one gets into the
    /// trail, and waits for whoever administers the tenant.
    private func wouldRefresh(_ token: String, in tenant: ServedTenant) async throws -> Bool {
        let tokens = TokenReader(directory: service.directory, clock: .system)
        let claims = try await tokens.refresh(token, in: tenant).claims
        let id = tenant.tenant.id
        let row = try await serviceDatabase.first(RotateRefreshToken.look, (id, claims.sessionID), in: id)
        return switch row?.state.outcome(presenting: claims.generation) {
        case .rotates, .repeatsSuccessor, .repeatsUnusedSuccessor: true
        case .reuse, .unknownGeneration, .sessionEnded, .expired, .tenantGone, nil: false
        }
    }
}
