import FoundationEssentials
import Logging
import MetricsTestKit
import Postgres
import Testing

@testable import Gatehouse

/// What instances do with keys by themselves, as the service's own role.
@Suite(.installation) struct KeyUpkeepTests {
    @Test("The schedule rotates a tenant's access keys when they are due, and records that the service did it")
    func rotates() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.rotateEvery = .some(.seconds(3600)) }
        let metrics = TestMetrics()
        let upkeep = installation.upkeep(metrics: metrics)
        #expect(try await upkeep.lookAfterDueKeys() == 0)
        let before = try await installation.storedKeys()
        try await installation.ageKeys(by: 3601)
        #expect(try await upkeep.lookAfterDueKeys() == 1)
        let after = try await installation.storedKeys()
        let next = try #require(before.first { $0.use == .access && $0.state == .next })
        #expect(after.first { $0.use == .access && $0.state == .current }?.kid == next.kid)
        #expect(after.filter { $0.use == .refresh }.map(\.kid) == before.filter { $0.use == .refresh }.map(\.kid))
        #expect(try await installation.lastActor(in: tenant) == "service")
        let counter = try metrics.expectCounter(
            "gatehouse_key_rotations_total", [("use", "access"), ("trigger", "schedule")])
        #expect(counter.totalValue == 1)
        #expect(try await upkeep.lookAfterDueKeys() == 0)
    }

    @Test(
        "A schedule leaves it to the operator when apps get another secret, whether theirs was exported or came from them"
    )
    func secretsOfApps() async throws {
        let installation = try await Installation.make()
        for slug in ["exported", "imported", "unknown"] {
            _ = try await installation.tenant(slug) {
                $0.algorithm = .hs256
                $0.rotateEvery = .some(.seconds(3600))
            }
        }
        let office = installation.administration
        let keys = try await office.listKeys(tenant: "exported").map(\.key)
        let current = try #require(keys.first { $0.use == .access && $0.state == .current })
        _ = try await office.exportKey(tenant: "exported", kid: current.kid, publicOnly: false)
        let jwk = JSON.object(KeyMaterial.generate(.hs256).privateJWK()).serialized()
        let brought = try await office.importKey(tenant: "imported", jwk: jwk, use: .access, state: .next)
        _ = try await office.rotateKeys(tenant: "imported", use: .access, emergency: false, force: true)
        await #expect {
            try await office.exportKey(tenant: "imported", kid: brought.kid, publicOnly: false)
        } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        try await installation.ageKeys(by: 3601)
        _ = try await installation.upkeep().lookAfterDueKeys()
        let rotated = { (slug: String) in
            try await office.listKeys(tenant: slug).contains { $0.key.use == .access && $0.key.state == .retired }
        }
        #expect(try await rotated("unknown"))
        #expect(try await !rotated("exported"))
        let after = try await office.listKeys(tenant: "imported").map(\.key)
        #expect(after.first { $0.use == .access && $0.state == .current }?.kid == brought.kid)
    }

    @Test("Of many instances that look at once one rotates")
    func once() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant { $0.rotateEvery = .some(.seconds(3600)) }
        try await installation.ageKeys(by: 3601)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { _ = try await installation.upkeep().lookAfterDueKeys() } }
            try await group.waitForAll()
        }
        let states = try await installation.storedKeys().filter { $0.use == .access }.map(\.state)
        #expect(states.count { $0 == .retired } == 1 && states.count == 3)
    }

    @Test("While an operator works on the tenant the schedule leaves it alone, and comes back")
    func locked() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.rotateEvery = .some(.seconds(3600)) }
        try await installation.ageKeys(by: 3601)
        let meanwhile = try await installation.administration.changing("shop") { _, _ in
            try await installation.upkeep().lookAfterDueKeys()
        }
        #expect(meanwhile == 0)
        #expect(try await installation.storedKeys().count == 4)
        #expect(try await installation.upkeep().lookAfterDueKeys() == 1)
        #expect(try await installation.storedKeys().count == 5)
        #expect(try await installation.auditTypes(in: tenant).count { $0 == "keys.rotated" } == 1)
    }

    @Test("A key with nothing left to verify is removed by itself, in a tenant without a schedule too")
    func removes() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let retired = try #require(try await installation.rotate(force: true).retired)
        _ = try await installation.upkeep().lookAfterDueKeys()
        #expect(try await installation.storedKeys().contains { $0.kid == retired.kid })
        try await installation.ageKeys(by: 961)
        _ = try await installation.upkeep().lookAfterDueKeys()
        #expect(try await !installation.storedKeys().contains { $0.kid == retired.kid })
    }

    @Test("A schedule counts from when the key was put to use; off switches it off; a disabled tenant waits")
    func changes() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        try await installation.ageKeys(by: 4000)
        #expect(try await installation.upkeep().lookAfterDueKeys() == 0)
        var change = TenantSettingsChange()
        change.rotateEvery = .some(.seconds(3600))
        _ = try await installation.administration.updateTenant("shop", change: change)
        _ = try await installation.administration.disableTenant("shop")
        #expect(try await installation.upkeep().lookAfterDueKeys() == 0)
        _ = try await installation.administration.enableTenant("shop")
        #expect(try await installation.upkeep().lookAfterDueKeys() == 1)
        #expect(try await installation.storedKeys().count == 5)
        change.rotateEvery = .some(nil)
        _ = try await installation.administration.updateTenant("shop", change: change)
        try await installation.ageKeys(by: 500)
        #expect(try await installation.upkeep().lookAfterDueKeys() == 0)
    }

    @Test("A damaged next key is replaced first, and one tenant's trouble doesn't keep the others waiting")
    func trouble() async throws {
        let installation = try await Installation.make()
        for slug in ["shop", "blog", "wiki"] {
            _ = try await installation.tenant(slug) { $0.rotateEvery = .some(.seconds(3600)) }
        }
        try await installation.ageKeys(by: 3601)
        try await installation.damage("shop", "use = 'access' and state = 'next'", to: "'\\x01'::bytea")
        // Sealed under a master key that nobody here has.
        try await installation.damage(
            "blog", "true", to: "set_byte(sealed_secret, 3, get_byte(sealed_secret, 3) # 1)")
        let log = RecordingLog()
        #expect(try await installation.upkeep(log: log).lookAfterDueKeys() == 3)
        #expect(log.messages.count { $0.hasPrefix("error") } == 1)
        #expect(try await installation.storedKeys("shop").count == 4)
        #expect(try await installation.storedKeys("wiki").count == 5)
        #expect(try await installation.upkeep().lookAfterDueKeys() == 0)
        try await installation.ageKeys(by: 306)
        #expect(try await installation.upkeep().lookAfterDueKeys() >= 1)
        #expect(try await installation.storedKeys("shop").count == 5)
    }

    @Test(
        "A damaged current key stays until an operator revokes it: each minute it is tried, counted and said once; what has expired goes"
    )
    func damagedCurrent() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant { $0.rotateEvery = .some(.seconds(3600)) }
        let retired = try #require(try await installation.rotate(force: true).retired)
        try await installation.ageKeys(by: 3601)
        try await installation.damage("shop", "use = 'access' and state = 'current'", to: "'\\x01'::bytea")
        let states = { try await installation.storedKeys().map { "\($0.kid) \($0.state)" } }
        let before = try await states().filter { $0 != "\(retired.kid) retired" }
        #expect(before.count == 4)
        let damaged = try #require(
            try await installation.storedKeys().first { $0.use == .access && $0.state == .current })
        let (log, metrics) = (RecordingLog(), TestMetrics())
        let upkeep = installation.upkeep(log: log, metrics: metrics)
        for attempt in 1...3 {
            #expect(try await upkeep.lookAfterDueKeys() == 1)
            #expect(try await upkeep.lookAfterDueKeys() == 0)
            #expect(log.messages.count { $0.contains("keys_unavailable") && $0.contains(damaged.kid) } == attempt)
            #expect(try await states() == before)
            try await installation.ageKeys(by: 61)
        }
        let failures = try metrics.expectCounter("gatehouse_upkeep_failures_total", [("work", "keys")])
        #expect(failures.totalValue == 3)
        _ = try await installation.administration.revokeKey(tenant: "shop", kid: damaged.kid, force: true)
        try await installation.ageKeys(by: 3601)
        #expect(try await upkeep.lookAfterDueKeys() == 1)
        #expect(try await installation.storedKeys().contains { $0.use == .access && $0.state == .retired })
        #expect(failures.totalValue == 3)
    }
}

extension Installation {
    func upkeep(
        log: RecordingLog = RecordingLog(), metrics: TestMetrics = TestMetrics(), sealer other: KeySealer? = nil
    ) -> KeyUpkeep {
        KeyUpkeep(
            database: serviceDatabase, sealer: other ?? sealer, jwksMaxAge: .seconds(300),
            logger: Logger(label: "tests") { _ in log }, metrics: KeyMetrics(factory: metrics),
            upkeepMetrics: UpkeepMetrics(.keys, factory: metrics))
    }

    /// Moves everything that keys are dated by into the past, as if that much time had gone by.
    func ageKeys(by seconds: Int) async throws {
        let gone = "interval '\(seconds) s'"
        try await asSuperuser(
            """
            update signing_keys set created_at = created_at - \(gone), activated_at = activated_at - \(gone),
                retired_at = retired_at - \(gone), verify_until = verify_until - \(gone);
            update tenants set keys_due_at = keys_due_at - \(gone);
            """)
    }

    func lastActor(in tenant: ServedTenant) async throws -> String? {
        let last = Statement<UUID, String>(
            "select actor from audit_events where tenant_id = $1 order by id desc limit 1", bind: { $0 },
            row: { (actor: String) in actor })
        return try await serviceDatabase.first(last, tenant.tenant.id, in: tenant.tenant.id)
    }
}
