import FoundationEssentials
import Testing

@testable import Gatehouse

/// Refresh keys, which only the service itself looks at.
@Suite(.installation) struct RefreshKeyRotationTests {
    @Test("Rotating the refresh keys ends no session")
    func refreshKeys() async throws {
        let installation = try await Installation.make()
        let session = try await installation.register(in: try await installation.tenant())
        _ = try await installation.administration.rotateKeys(
            tenant: "shop", use: .refresh, emergency: false, force: false)
        _ = try await installation.refresh(session.refreshToken, in: try await installation.fresh("shop"))
    }

    @Test("A refresh token outlives the key that signed it for as long as its session may idle")
    func outlived() async throws {
        let installation = try await Installation.make()
        let session = try await installation.register(in: try await installation.tenant())
        let rotations = try await installation.administration.rotateKeys(
            tenant: "shop", use: .refresh, emergency: false, force: false)
        let retired = try #require(rotations.first?.retired)
        let verifies = try #require(retired.verifyUntil).timeIntervalSince(try #require(retired.retiredAt))
        #expect(verifies == 30 * 86_400 + 60)
        try await installation.ageKeys(by: 29 * 86_400)
        try await installation.asSuperuser("update tenants set keys_due_at = now()")
        #expect(try await installation.upkeep().lookAfterDueKeys() == 1)
        _ = try await installation.refresh(session.refreshToken, in: try await installation.fresh("shop"))
    }

    @Test("An emergency with the refresh keys ends every session")
    func emergencyRefresh() async throws {
        let installation = try await Installation.make()
        let session = try await installation.register(in: try await installation.tenant())
        _ = try await installation.administration.rotateKeys(
            tenant: "shop", use: .refresh, emergency: true, force: false)
        let after = try await installation.fresh("shop")
        await #expect(throws: Refusal.invalidToken) { try await installation.refresh(session.refreshToken, in: after) }
        #expect(try await !installation.isAlive(session, in: after))
    }
}
