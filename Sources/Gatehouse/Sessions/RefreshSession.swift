import FoundationEssentials
import Logging
import Postgres

/// A client presents a refresh token and gets the tokens of the next generation.
public struct RefreshSession: Sendable {
    private let database: Database
    private let rotations: Rotations
    private let tokens: TokenReader
    private let identifiers: IdentifierSource
    private let logger: Logger
    private let metrics: SessionMetrics

    /// How often a presentation that lost a race looks again before it gives up; a second look is always enough unless
    /// rotations of one session follow each other faster than a round trip.
    private static let looks = 5

    init(
        database: Database, tokens: TokenReader, identifiers: IdentifierSource, logger: Logger, metrics: SessionMetrics
    ) {
        self.database = database
        rotations = Rotations(database)
        self.tokens = tokens
        self.identifiers = identifiers
        self.logger = logger
        self.metrics = metrics
    }

    /// The session's tokens, without its user.
    ///
    /// A lost response or a second tab gets the same successor within the tenant's grace. Throws `invalidToken`,
    /// `tokenExpired`, `sessionEnded`, `keysUnavailable`, and `refreshTokenReused` when this presentation has just ended the session.
    /// Who the client is, is asked only for what is recorded.
    nonisolated(nonsending) public func callAsFunction(
        _ token: String, from client: @autoclosure () -> ClientInfo, in presented: ServedTenant
    ) async throws -> IssuedSession {
        do {
            let (session, outcome) = try await present(token, from: client, in: presented)
            metrics.refreshes.count(outcome, in: presented.tenant)
            return session
        } catch is UnknownGeneration {
            metrics.refreshes.count(.unknownGeneration, in: presented.tenant)
            throw Refusal.invalidToken
        } catch {
            metrics.refreshes.count(CountedRefresh(error), in: presented.tenant)
            throw error
        }
    }

    /// A token of ours with a generation that was never issued: no different from a forged one to its bearer.
    private struct UnknownGeneration: Error {}

    private typealias Success = (session: IssuedSession, outcome: CountedRefresh)

    nonisolated(nonsending) private func present(
        _ token: String, from client: () -> ClientInfo, in presented: ServedTenant
    ) async throws -> Success {
        let verified = try await tokens.refresh(token, in: presented)
        let (claims, served) = (verified.claims, verified.served)
        try served.requireSigningKeys()
        let presentation = RotateRefreshToken.Presentation(
            tenant: served.tenant.id, session: claims.sessionID, generation: claims.generation)
        for _ in 0..<Self.looks {
            switch try await rotations.result(of: presentation) {
            case .moved(let moved):
                return (try issue(moved, in: served), .rotated)
            case .stands(let result):
                if let success = try await answer(result, to: presentation, from: client, in: served) { return success }
            case nil:
                throw try await database.refusal(.sessionEnded, in: presentation.tenant)
            }
        }
        throw Refusal.overloaded(retryAfter: 1)
    }

    /// Nil when the row was moved by another between the snapshot and the update: look again.
    nonisolated(nonsending) private func answer(
        _ result: RotateRefreshToken.Result, to presentation: RotateRefreshToken.Presentation,
        from client: () -> ClientInfo,
        in served: ServedTenant
    ) async throws -> Success? {
        switch result.state.outcome(presenting: presentation.generation) {
        case .rotates: return nil
        case .repeatsSuccessor:
            if result.isReplicated { try await database.confirm(in: presentation.tenant) }
            return (try issue(RotateRefreshToken.Moved(result), in: served), .repeated)
        case .repeatsUnusedSuccessor:
            let isRecorded = try await record(.refreshRepeatedAfterGrace, result, presentation, from: client)
            if !isRecorded, result.isReplicated { try await database.confirm(in: presentation.tenant) }
            return (try issue(RotateRefreshToken.Moved(result), in: served), .repeatedAfterGrace)
        case .reuse:
            guard try await endReused(result, presentation, from: client) else { return nil }
            throw Refusal.refreshTokenReused
        case .unknownGeneration:
            _ = try await record(.refreshGenerationUnknown, result, presentation, from: client)
            throw UnknownGeneration()
        case .sessionEnded: throw Refusal.sessionEnded
        case .expired: throw Refusal.tokenExpired
        case .tenantGone: throw Refusal.tenantNotFound
        }
    }

    private func issue(_ moved: RotateRefreshToken.Moved, in served: ServedTenant) throws -> IssuedSession {
        try SessionIssuer(identifiers: identifiers).issue(moved.session, to: moved.subject, in: served)
    }

    /// False when the session has ended meanwhile.
    nonisolated(nonsending) private func endReused(
        _ result: RotateRefreshToken.Result, _ presentation: RotateRefreshToken.Presentation,
        from client: () -> ClientInfo
    ) async throws -> Bool {
        let event = event(.refreshTokenReused, result, presentation, from: client)
        return try await database.first(
            SessionStatements.endReused, (presentation.session, event), in: presentation.tenant) != nil
    }

    /// False where the session has had as many such events as it may within the hour, or its user is gone.
    nonisolated(nonsending) private func record(
        _ type: AuditEventType, _ result: RotateRefreshToken.Result, _ presentation: RotateRefreshToken.Presentation,
        from client: () -> ClientInfo
    ) async throws -> Bool {
        let event = event(type, result, presentation, from: client)
        let subject = CountedSubject(type, of: presentation.session, in: presentation.tenant)
        return try await database.execute(AuditStatements.appendLimited, (event, subject), in: presentation.tenant) > 0
    }

    private func event(
        _ type: AuditEventType, _ result: RotateRefreshToken.Result, _ presentation: RotateRefreshToken.Presentation,
        from client: () -> ClientInfo
    ) -> AuditEvent {
        logger.warning(
            "A refresh token of another generation was presented.",
            metadata: ["event": "\(type.rawValue)", "session_id": "\(presentation.session.lowercaseString)"])
        let client = client()
        return AuditEvent(
            id: identifiers.next(), tenant: presentation.tenant, actor: AuditEvent.service, type: type,
            userID: result.user.id,
            sessionID: presentation.session, address: client.address, userAgent: client.userAgent,
            detail: [
                "presented": .integer(presentation.generation), "generation": .integer(result.state.generation),
            ])
    }
}
