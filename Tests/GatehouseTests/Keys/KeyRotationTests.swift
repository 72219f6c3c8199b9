import FoundationEssentials
import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct KeyRotationTests {
    @Test("No generated kid can be taken for an option of a command", arguments: SigningAlgorithm.allCases)
    func kids(algorithm: SigningAlgorithm) {
        #expect((0..<500).allSatisfy { _ in !KeyMaterial.generate(algorithm).kid.hasPrefix("-") })
    }

    @Test("A new tenant has a current and a next key for each use")
    func newTenant() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let keys = try await installation.storedKeys("shop")
        for use in KeyUse.allCases {
            #expect(
                keys.filter { $0.use == use }.map(\.state).sorted(by: { $0.rawValue < $1.rawValue }) == [
                    .current, .next,
                ])
        }
        #expect(tenant.accessKeys.publicKeySet(at: Date())["keys"]?.arrayValue?.count == 2)
    }

    @Test("Rotation promotes the next key, retires the current one until its tokens have expired, and makes a new next")
    func rotation() async throws {
        let installation = try await Installation.make()
        let before = try await installation.tenant()
        let session = try await installation.register(in: before)
        let rotated = try await installation.rotate(force: true)
        let retired = try #require(rotated.retired)
        #expect(retired.kid == before.accessKeys.signingKey?.kid)
        #expect(retired.state == .retired && rotated.current.state == .current && rotated.next.state == .next)
        let verifies = try #require(retired.verifyUntil).timeIntervalSince(try #require(retired.retiredAt))
        #expect(verifies == 960)

        let after = try await installation.fresh("shop")
        #expect(after.accessKeys.signingKey?.kid == rotated.current.kid)
        _ = try await installation.service.authenticate(session.accessToken, in: after)
        let successor = try await installation.refresh(session.refreshToken, in: after)
        #expect(try CompactJWS.parse(successor.accessToken).kid == rotated.current.kid)
        #expect(after.accessKeys.publicKeySet(at: Date())["keys"]?.arrayValue?.count == 3)
    }

    @Test("Rotation is refused while verifiers may not have seen the next key, unless it is forced")
    func unpublished() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let before = try await installation.storedKeys("shop")
        await #expect {
            try await installation.rotate(force: false)
        } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        #expect(try await installation.storedKeys("shop") == before)
        let impatient = try await Installation.make(jwksMaxAge: .zero)
        _ = try await impatient.tenant()
        _ = try await impatient.rotate(force: false)
    }

    @Test("A retired key verifies for the longest lifetime that was configured while it signed")
    func longestLifetime() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        var change = TenantSettingsChange()
        for ttl in [7200, 60] {
            change.accessTTL = .seconds(ttl)
            _ = try await installation.administration.updateTenant("shop", change: change)
        }
        let retired = try #require(try await installation.rotate(force: true).retired)
        #expect(try #require(retired.verifyUntil).timeIntervalSince(try #require(retired.retiredAt)) == 7260)
    }

    @Test("An emergency revokes what the current key and those before it signed; refresh goes on")
    func emergency() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let first = try await installation.register(in: tenant)
        _ = try await installation.rotate(force: true)
        let second = try await installation.logIn(in: try await installation.fresh("shop"))
        let rotations = try await installation.administration.rotateKeys(
            tenant: "shop", use: .access, emergency: true, force: false)
        #expect(rotations.first?.retired?.state == .revoked)
        let after = try await installation.fresh("shop")
        for session in [first, second] {
            await #expect(throws: Refusal.invalidToken) {
                try await installation.service.authenticate(session.accessToken, in: after)
            }
            let refreshed = try await installation.refresh(session.refreshToken, in: after)
            _ = try await installation.service.authenticate(refreshed.accessToken, in: after)
        }
    }

    @Test("Of concurrent rotations each leaves one current and one next key")
    func concurrent() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { _ = try await installation.rotate(force: true) } }
            try await group.waitForAll()
        }
        let states = try await installation.storedKeys("shop").filter { $0.use == .access }.map(
            \.state)
        #expect(states.count { $0 == .current } == 1 && states.count { $0 == .next } == 1)
        #expect(states.count { $0 == .retired } == 12)
    }

    @Test("Revoking the current key needs force and promotes the next; a revoked next key is replaced")
    func revoke() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let current = try #require(tenant.accessKeys.signingKey?.kid)
        await #expect {
            try await installation.administration.revokeKey(tenant: "shop", kid: current, force: false)
        } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        #expect(
            try await installation.administration.revokeKey(tenant: "shop", kid: current, force: true).state == .revoked
        )
        let promoted = try #require(try await installation.fresh("shop").accessKeys.signingKey?.kid)
        #expect(promoted != current)
        let next = try #require(
            try await installation.storedKeys("shop").first {
                $0.use == .access && $0.state == .next
            })
        _ = try await installation.administration.revokeKey(tenant: "shop", kid: next.kid, force: false)
        let states = try await installation.storedKeys("shop").filter { $0.use == .access }.map(
            \.state)
        #expect(states.count { $0 == .current } == 1 && states.count { $0 == .next } == 1)
        await #expect(throws: Refusal.keyNotFound) {
            try await installation.administration.revokeKey(tenant: "shop", kid: "unknown", force: true)
        }
    }

    @Test("Changing the algorithm replaces the next key at once; old tokens verify on")
    func algorithm() async throws {
        let installation = try await Installation.make()
        let session = try await installation.register(in: try await installation.tenant())
        var change = TenantSettingsChange()
        change.algorithm = .edDSA
        _ = try await installation.administration.updateTenant("shop", change: change)
        let rotated = try await installation.rotate(force: true)
        #expect(rotated.current.algorithm == .edDSA && rotated.retired?.algorithm == .es256)
        _ = try await installation.service.authenticate(session.accessToken, in: try await installation.fresh("shop"))
    }
}

extension Installation {
    @discardableResult
    func rotate(_ slug: String = "shop", force: Bool) async throws -> KeyRotation {
        let rotations = try await administration.rotateKeys(tenant: slug, use: .access, emergency: false, force: force)
        return try #require(rotations.first)
    }

    func storedKeys(_ slug: String = "shop") async throws -> [StoredKey] {
        try await administration.listKeys(tenant: slug).map(\.key)
    }

    /// The tenant as an instance sees it that has just started.
    func fresh(_ slug: String, with other: KeySealer? = nil) async throws -> ServedTenant {
        let loader = TenantLoader(
            database: serviceDatabase, sealer: other ?? sealer, publicURL: "http://gatehouse.test", clock: .system,
            logger: Logger(label: "tests"))
        return try await loader.load(slug)
    }
}
