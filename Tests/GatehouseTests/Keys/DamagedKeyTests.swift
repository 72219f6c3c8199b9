import FoundationEssentials
import Logging
import MetricsTestKit
import Postgres
import Testing

@testable import Gatehouse

/// Sealed keys that somebody has altered: their tenant fails closed, alone, until an operator mends it.
@Suite(.installation) struct DamagedKeyTests {
    @Test("A sealed key moved to another tenant's row fails closed for that tenant alone")
    func movedCiphertext() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant("shop")
        _ = try await installation.tenant("blog")
        try await installation.asSuperuser(
            """
            update signing_keys b set sealed_secret = s.sealed_secret
            from signing_keys s, tenants tb, tenants ts
            where tb.slug = 'blog' and ts.slug = 'shop' and b.tenant_id = tb.id and s.tenant_id = ts.id
                and b.use = 'access' and s.use = 'access' and b.state = s.state
            """)
        let blog = try await installation.fresh("blog")
        await #expect(throws: Refusal.keysUnavailable) { try await installation.register(in: blog) }
        #expect(try await installation.administration.listUsers(tenant: "blog", limit: 1, after: nil) == [])
        _ = try await installation.register(in: try await installation.fresh("shop"))
    }

    @Test("While a key can't be opened honest tokens are not called invalid, and no session moves or ends")
    func damagedKeys() async throws {
        let installation = try await Installation.make()
        let session = try await installation.register(in: try await installation.tenant())
        for use in KeyUse.allCases {
            let flip = "set_byte(sealed_secret, 40, get_byte(sealed_secret, 40) # 1)"
            try await installation.damage("shop", "use = '\(use.rawValue)'", to: flip)
            let damaged = try await installation.fresh("shop")
            await #expect(throws: Refusal.keysUnavailable) {
                try await installation.refresh(session.refreshToken, in: damaged)
            }
            await #expect(throws: Refusal.keysUnavailable) { try await installation.logIn(in: damaged) }
            if use == .access {
                await #expect(throws: Refusal.keysUnavailable) {
                    try await installation.service.authenticate(session.accessToken, in: damaged)
                }
                await #expect(throws: Refusal.keysUnavailable) {
                    try await installation.administration.verifyToken(
                        tenant: "shop", token: session.accessToken, use: .access)
                }
            }
            try await installation.damage("shop", "use = '\(use.rawValue)'", to: flip)
        }
        let mended = try await installation.fresh("shop")
        let refreshed = try await installation.refresh(session.refreshToken, in: mended)
        #expect(try RefreshClaims(payload: CompactJWS.parse(refreshed.refreshToken).payload).generation == 1)
        let signedIn = try await installation.service.authenticate(refreshed.accessToken, in: mended)
        #expect(try await installation.service.listSessions(of: signedIn, in: mended).count == 1)
    }

    /// What may become of a sealed key: SQL for the new value.
    static let damages = [
        "set_byte(sealed_secret, 40, get_byte(sealed_secret, 40) # 1)",
        "set_byte(sealed_secret, 0, 2)",
        "set_byte(sealed_secret, 3, get_byte(sealed_secret, 3) # 1)",
        "substring(sealed_secret for octet_length(sealed_secret) - 1)",
        "substring(sealed_secret for 20)",
        "''::bytea",
        "sealed_secret || '\\x00'::bytea",
    ]

    @Test("Each damage is counted and logged without the key, and leaves the other tenants alone", arguments: damages)
    func failsClosed(damage: String) async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant("shop")
        _ = try await installation.tenant("blog")
        try await installation.damage("shop", "use = 'access' and state = 'current'", to: damage)
        let (log, metrics) = (RecordingLog(), TestMetrics())
        let loader = TenantLoader(
            database: installation.serviceDatabase, sealer: installation.sealer, publicURL: "http://gatehouse.test",
            clock: .system, logger: Logger(label: "tests") { _ in log }, metrics: KeyMetrics(factory: metrics))
        let shop = try await loader.load("shop")
        await #expect(throws: Refusal.keysUnavailable) { try await installation.register(in: shop) }
        _ = try await installation.register(in: try await loader.load("blog"))
        #expect(try metrics.expectCounter("gatehouse_key_cache_total", [("result", "unusable")]).totalValue == 1)
        #expect(log.messages.count == 1 && log.messages.allSatisfy { $0.contains("can't be opened") })
    }

    @Test("Two keys of one tenant with their sealed secrets swapped both fail closed")
    func swapped() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        try await installation.asSuperuser(
            """
            update signing_keys k set sealed_secret = o.sealed_secret from signing_keys o
            where k.tenant_id = o.tenant_id and k.use = 'access' and o.use = 'access' and k.kid <> o.kid
            """)
        let report = try await installation.administration.verifyMasterKey()
        #expect(report.keys.unopened.map(\.failure) == [.damaged, .damaged])
        #expect(report.keys.unopened.allSatisfy { $0.tenant == tenant.tenant.slug && $0.use == .access })
    }

    @Test("A damaged next key is never put to use: rotation is refused, and force or revoke brings another")
    func damagedNext() async throws {
        let installation = try await Installation.make(jwksMaxAge: .zero)
        _ = try await installation.tenant()
        for mend in ["force", "revoke"] {
            try await installation.damage("shop", "use = 'access' and state = 'next'", to: "'\\x01'::bytea")
            let next = try #require(
                try await installation.storedKeys().first { $0.use == .access && $0.state == .next })
            await #expect {
                try await installation.rotate(force: false)
            } throws: { ($0 as? Refusal)?.message.contains("damaged") == true }
            if mend == "revoke" {
                _ = try await installation.administration.revokeKey(tenant: "shop", kid: next.kid, force: false)
                _ = try await installation.rotate(force: false)
            } else {
                _ = try await installation.rotate(force: true)
            }
            #expect(try await installation.fresh("shop").accessKeys.signingKey != nil)
            #expect(try await installation.fresh("shop").accessKeys.signingKey?.kid != next.kid)
        }
    }

    @Test(
        "A damaged current key is never retired: rotation is refused, by force too, and names the command that revokes it",
        arguments: KeyUse.allCases)
    func damagedCurrent(use: KeyUse) async throws {
        let installation = try await Installation.make(jwksMaxAge: .zero)
        let session = try await installation.register(in: try await installation.tenant())
        try await installation.damage(
            "shop", "use = '\(use.rawValue)' and state = 'current'", to: "'\\x01'::bytea")
        let before = try await installation.storedKeys()
        let current = try #require(before.first { $0.use == use && $0.state == .current })
        let office = installation.administration
        for force in [false, true] {
            await #expect {
                try await office.rotateKeys(tenant: "shop", use: .all, emergency: false, force: force)
            } throws: { error in
                guard case .guardRefused(let reason) = error as? Refusal else { return false }
                return reason.hasSuffix("gatehouse admin keys revoke shop \(current.kid) --force")
            }
        }
        #expect(try await installation.storedKeys() == before)
        _ = try await office.revokeKey(tenant: "shop", kid: current.kid, force: true)
        let mended = try await installation.fresh("shop")
        _ = try await installation.logIn(in: mended)
        // What the damaged key has signed is refused now, where it was answered 503.
        switch use {
        case .access:
            await #expect(throws: Refusal.invalidToken) {
                try await installation.service.authenticate(session.accessToken, in: mended)
            }
        case .refresh:
            await #expect(throws: Refusal.invalidToken) {
                try await installation.refresh(session.refreshToken, in: mended)
            }
        }
    }

    @Test(
        "A key whose header names another master key keeps no instance from starting, and no operator from mending it")
    func damagedHeader() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let flip = "set_byte(sealed_secret, 3, get_byte(sealed_secret, 3) # 1)"
        try await installation.damage("shop", "use = 'access'", to: flip)
        try await installation.checkStart()
        _ = try await installation.tenant("blog")
        _ = try await installation.administration.rotateKeys(
            tenant: "shop", use: .access, emergency: true, force: false)
        _ = try await installation.register(in: try await installation.fresh("shop"))
        // The damaged key is revoked by now, and nobody's trouble any more.
        #expect(try await installation.administration.verifyMasterKey().isComplete)
    }

    @Test("An emergency rotation brings back a tenant whose keys are all damaged")
    func allDamaged() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        try await installation.damage("shop", "true", to: "'\\x01'::bytea")
        _ = try await installation.administration.rotateKeys(
            tenant: "shop", use: .all, emergency: true, force: false)
        _ = try await installation.register(in: try await installation.fresh("shop"))
    }
}

extension Installation {
    func damage(_ slug: String, _ which: String, to value: String) async throws {
        try await asSuperuser(
            """
            update signing_keys set sealed_secret = \(value)
            where tenant_id = (select id from tenants where slug = '\(slug)') and \(which)
            """)
    }
}
