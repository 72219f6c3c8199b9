import FoundationEssentials
import Synchronization
import Testing

@testable import Gatehouse

/// A token that has been verified before is judged like one that is new, whatever has happened in between.
@Suite(.installation) struct RememberedTokenTests {
    @Test("It is refused once it has expired")
    func expired() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let offset = Mutex<Double>(0)
        let service = installation.onAnotherInstance(
            clock: Clock { Date().addingTimeInterval(offset.withLock { $0 }) }
        ).service
        for _ in 0..<2 { _ = try await service.verify(session.accessToken, in: tenant) }
        offset.withLock { $0 = Double(session.expiresIn) + 1 }
        await #expect(throws: Refusal.tokenExpired) { try await service.verify(session.accessToken, in: tenant) }
        await #expect(throws: Refusal.tokenExpired) { try await service.authenticate(session.accessToken, in: tenant) }
    }

    @Test("It is refused once the key that signed it has been revoked, and by another tenant all along")
    func revoked() async throws {
        let installation = try await Installation.make()
        let (tenant, other) = (try await installation.tenant(), try await installation.tenant("blog"))
        let session = try await installation.register(in: tenant)
        for _ in 0..<2 { _ = try await installation.service.verify(session.accessToken, in: tenant) }
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.verify(session.accessToken, in: other)
        }
        _ = try await installation.administration.rotateKeys(
            tenant: "shop", use: .access, emergency: true, force: false)
        let heard = try await installation.onAnotherInstance().service.directory.tenant(slug: "shop")
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.verify(session.accessToken, in: heard)
        }
    }

    @Test("It is refused once the tenant calls for another audience")
    func audience() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        for _ in 0..<2 { _ = try await installation.service.verify(session.accessToken, in: tenant) }
        var change = TenantSettingsChange()
        change.audience = "another"
        _ = try await installation.administration.updateTenant("shop", change: change)
        let heard = try await installation.onAnotherInstance().service.directory.tenant(slug: "shop")
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.verify(session.accessToken, in: heard)
        }
    }

    @Test("Its session's end is heard of at once where the session is asked for")
    func endedSession() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        for _ in 0..<2 { _ = try await installation.service.authenticate(session.accessToken, in: tenant) }
        try await installation.service.logOut(
            .refreshToken(session.refreshToken), scope: .local, from: Installation.client, in: tenant)
        await #expect(throws: Refusal.sessionEnded) {
            try await installation.service.authenticate(session.accessToken, in: tenant)
        }
    }
}
