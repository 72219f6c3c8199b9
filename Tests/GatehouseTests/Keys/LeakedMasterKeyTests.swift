import FoundationEssentials
import Testing

@testable import Gatehouse

/// What docs/operations.md has an operator do whose master key is in wrong hands, with a backup of the database.
@Suite("A leaked master key", .installation) struct LeakedMasterKeyTests {
    private let installation: Installation
    private let tenant: ServedTenant
    private let new = KeySealer(master: .generate())

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant()
    }

    private func changeMasterKey() async throws {
        let both = KeySealer(MasterKeys(sealing: new.keys.sealing, accepting: installation.sealer.keys.all))
        _ = try await installation.administration(with: both).rotateMasterKey(dryRun: false)
    }

    @Test("After one emergency the stolen next keys sign, after two no stolen key verifies, and no session is left")
    func twice() async throws {
        let session = try await installation.register(in: tenant)
        let stolen = Set(try await installation.storedKeys().map(\.kid))
        try await changeMasterKey()
        let office = installation.administration(with: new)
        var good: [[KeyState]] = []
        for _ in 0..<2 {
            _ = try await office.rotateKeys(tenant: "shop", use: .all, emergency: true, force: false)
            let keys = try await office.listKeys(tenant: "shop").map(\.key)
            good.append(keys.filter { stolen.contains($0.kid) && $0.state != .revoked }.map(\.state))
        }
        #expect(good == [[.current, .current], []])
        let renewed = installation.onAnotherInstance(with: new)
        let shop = try await renewed.service.directory.tenant(slug: "shop")
        #expect(try await !renewed.isAlive(session, in: shop))
        await #expect(throws: Refusal.invalidToken) { try await renewed.refresh(session.refreshToken, in: shop) }
        _ = try await renewed.logIn(in: shop)
    }

    @Test("Without the old master key codes are void, links once their rows are gone, and their sessions with the keys")
    func mailed() async throws {
        for email in ["ada@example.com", "bob@example.com"] { _ = try await installation.register(email, in: tenant) }
        let letter = try await installation.resetLetter(in: tenant)
        let other = try await installation.resetLetter("bob@example.com", in: tenant)
        try await changeMasterKey()
        let renewed = installation.onAnotherInstance(with: new)
        let shop = try await renewed.service.directory.tenant(slug: "shop")
        await #expect(throws: Refusal.keysUnavailable) { try await renewed.reset(letter.proofByCode, in: shop) }
        try await renewed.reset(letter.proofByToken, in: shop)
        let session = try await renewed.logIn(password: Installation.newPassword, in: shop)
        try await renewed.asSuperuser("delete from one_time_tokens where purpose <> 'undo_email_change'")
        await #expect(throws: Refusal.invalidToken) { try await renewed.reset(other.proofByToken, in: shop) }
        let office = installation.administration(with: new)
        for _ in 0..<2 { _ = try await office.rotateKeys(tenant: "shop", use: .all, emergency: true, force: false) }
        let later = installation.onAnotherInstance(with: new)
        let served = try await later.service.directory.tenant(slug: "shop")
        #expect(try await !later.isAlive(session, in: served))
    }
}
