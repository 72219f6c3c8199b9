import FoundationEssentials
import Testing

@testable import Gatehouse

/// That a token's header is one of ours, and known without reading it, says nothing about the token.
@Suite(.installation) struct TokenReaderTests {
    private static let lifetime: TimeInterval = 600
    private let now = Date()
    private let accessKey = KeyMaterial.generate(.es256)
    private let refreshKey = KeyMaterial.generate(.hs256)

    private struct Desk {
        let reader: TokenReader
        let served: ServedTenant
    }

    /// A tenant whose keys nobody else knows, as a view of it that is perhaps older than the database's.
    private func desk(_ state: KeyState, verifyUntil: Date? = nil) async throws -> Desk {
        let now = now
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant
        func opened(_ material: KeyMaterial, _ use: KeyUse) -> StoredKey.Opened {
            let key = StoredKey(
                kid: material.kid, use: use, algorithm: material.algorithm, state: state, createdAt: now,
                activatedAt: now, retiredAt: nil, verifyUntil: verifyUntil, exportedAt: nil)
            return StoredKey.Opened(key: key, material: material)
        }
        return Desk(
            reader: TokenReader(directory: installation.service.directory, clock: Clock { now }),
            served: ServedTenant(
                tenant: tenant, keys: [opened(accessKey, .access), opened(refreshKey, .refresh)],
                publicURL: "http://gatehouse.test", at: now))
    }

    private func accessToken(_ served: ServedTenant, _ key: KeyMaterial, as type: TokenType) throws -> String {
        let claims = AccessClaims(
            issuer: served.issuer, subject: UUID(), audience: served.tenant.audience,
            expiresAt: now.unixSeconds + Int(Self.lifetime), issuedAt: now.unixSeconds, id: "j", sessionID: UUID(),
            email: "ada@example.com", emailVerified: true)
        return try CompactJWS.sign(payload: claims.encoded(), type: type, key: key)
    }

    private func refreshToken(_ served: ServedTenant, _ key: KeyMaterial, as type: TokenType) throws -> String {
        let claims = RefreshClaims(
            tenantID: served.tenant.id, sessionID: UUID(), generation: 0, issuedAt: now.unixSeconds,
            expiresAt: now.unixSeconds + Int(Self.lifetime))
        return try CompactJWS.sign(payload: claims.encoded(), type: type, key: key)
    }

    /// What becomes of an access and of a refresh token: each twice, as the second may be known from the first.
    private func refusals(_ desk: Desk, access: String, refresh: String) async -> [Refusal?] {
        var refusals: [Refusal?] = []
        for _ in 0..<2 {
            refusals.append(await refusal { _ = try await desk.reader.access(access, in: desk.served) })
            refusals.append(await refusal { _ = try await desk.reader.refresh(refresh, in: desk.served) })
        }
        return refusals
    }

    private func refusal(_ body: () async throws -> Void) async -> Refusal? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Refusal ?? .databaseUnavailable
        }
    }

    @Test(
        "Tokens are refused once their key has been revoked, or its time to verify is over, though its secret is at hand",
        arguments: [
            (KeyState.current, nil, nil), (.next, nil, nil), (.retired, 1, nil), (.retired, 0, .invalidToken),
            (.revoked, nil, .invalidToken),
        ] as [(KeyState, TimeInterval?, Refusal?)])
    func states(state: KeyState, verifiesFor: TimeInterval?, expected: Refusal?) async throws {
        let desk = try await desk(state, verifyUntil: verifiesFor.map(now.addingTimeInterval))
        let access = try accessToken(desk.served, accessKey, as: .accessToken)
        let refresh = try refreshToken(desk.served, refreshKey, as: .refreshToken)
        let refusals = await refusals(desk, access: access, refresh: refresh)
        #expect(refusals == Array(repeating: expected, count: 4))
    }

    @Test("Tokens of the tenant's other key, or of the other type by their own key, are refused")
    func mixedUp() async throws {
        let desk = try await desk(.current)
        let byOtherKey = await refusals(
            desk, access: try accessToken(desk.served, refreshKey, as: .accessToken),
            refresh: try refreshToken(desk.served, accessKey, as: .refreshToken))
        let ofOtherType = await refusals(
            desk, access: try accessToken(desk.served, accessKey, as: .refreshToken),
            refresh: try refreshToken(desk.served, refreshKey, as: .accessToken))
        #expect(byOtherKey + ofOtherType == Array(repeating: .invalidToken, count: 8))
    }
}
