import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct MasterKeyRotationTests {
    @Test("Every key is sealed anew under the first master key, and opens for the service at every moment")
    func rotates() async throws {
        let installation = try await Installation.make()
        for slug in ["shop", "blog"] { _ = try await installation.tenant(slug) }
        let session = try await installation.register(in: try await installation.fresh("shop"))
        let new = MasterKey.generate()
        let both = KeySealer(MasterKeys(sealing: new, accepting: installation.sealer.keys.all))
        var seen: [Int] = []
        let report = try await installation.administration(with: both).rotateMasterKey(dryRun: false) {
            seen.append($0.keys.resealed)
        }
        #expect(report.keys.count == 8 && report.keys.resealed == 8 && report.keys.unchanged == 0 && report.isComplete)
        #expect(seen == [4, 8])
        for sealer in [both, KeySealer(master: new)] {
            let shop = try await installation.fresh("shop", with: sealer)
            _ = try await installation.service.authenticate(session.accessToken, in: shop)
        }
        let old = try await installation.fresh("shop")
        await #expect(throws: Refusal.keysUnavailable) { try await installation.register("b@example.com", in: old) }
        let again = try await installation.administration(with: both).rotateMasterKey(dryRun: false)
        #expect(again.keys.resealed == 0 && again.keys.unchanged == 8)
        let events = try await installation.operatorEvents()
        #expect(events.map(\.actor) == ["tests", "tests"])
        #expect(events.map(\.type) == ["master_key.rotation_begun", "master_key.rotated"])
    }

    @Test("A dry run counts and changes nothing")
    func dryRun() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let both = KeySealer(MasterKeys(sealing: .generate(), accepting: installation.sealer.keys.all))
        let report = try await installation.administration(with: both).rotateMasterKey(dryRun: true)
        #expect(report.keys.resealed == 4 && report.keys.unchanged == 0)
        #expect(try await installation.administration.verifyMasterKey().keys.unchanged == 4)
        #expect(try await installation.operatorEvents().isEmpty)
    }

    @Test("Half done by two programs at once, or begun with another key, the same command finishes the work")
    func restarted() async throws {
        let installation = try await Installation.make()
        for slug in ["shop", "blog", "wiki"] { _ = try await installation.tenant(slug) }
        let (second, third) = (MasterKey.generate(), MasterKey.generate())
        let first = installation.sealer.keys.sealing
        // Ended after the first tenant: a transaction each, so this is all that a kill can leave behind.
        let begun = KeySealer(MasterKeys(sealing: second, accepting: [first]))
        let newest = try await installation.administration.showTenant("wiki")
        _ = try await installation.administration(with: begun).reseal(newest, with: begun, isFirst: true)
        #expect(try await installation.administration(with: begun).verifyMasterKey().keys.resealed == 8)
        let all = KeySealer(MasterKeys(sealing: third, accepting: [second, first]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    _ = try await installation.administration(with: all).rotateMasterKey(dryRun: false)
                }
            }
            try await group.waitForAll()
        }
        let report = try await installation.administration(with: KeySealer(master: third)).verifyMasterKey()
        #expect(report.keys.count == 12 && report.keys.unchanged == 12 && report.isComplete)
    }

    @Test("Ended after the last tenant and before that was recorded, it is recorded by the same command, and once")
    func unrecorded() async throws {
        let installation = try await Installation.make()
        let shop = try await installation.tenant().tenant
        _ = try await installation.administration.rotateMasterKey(dryRun: false)
        #expect(try await installation.operatorEvents().isEmpty, "nothing has been changed")
        let (first, second) = (installation.sealer.keys.sealing, MasterKey.generate())
        // There and back, and there once more: an older rotation to the same key is another one.
        for (round, order) in [[second, first], [first, second], [second, first]].enumerated() {
            let sealer = KeySealer(MasterKeys(sealing: order[0], accepting: [order[1]]))
            let office = installation.administration(with: sealer)
            _ = try await office.reseal(shop, with: sealer, isFirst: true)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let report = try await office.rotateMasterKey(dryRun: false)
                        #expect(report.keys.resealed == 0 && report.keys.unchanged == 4)
                    }
                }
                try await group.waitForAll()
            }
            let types = try await installation.operatorEvents().map(\.type)
            #expect(types.count == 2 * (round + 1), "\(types)")
            #expect(types.suffix(2) == ["master_key.rotation_begun", "master_key.rotated"])
        }
    }

    @Test("A key that doesn't open is named and left as it is; the others are done")
    func damaged() async throws {
        let installation = try await Installation.make()
        for slug in ["shop", "blog"] { _ = try await installation.tenant(slug) }
        try await installation.damage("shop", "use = 'refresh' and state = 'current'", to: "'\\x01'::bytea")
        let both = KeySealer(MasterKeys(sealing: .generate(), accepting: installation.sealer.keys.all))
        let administration = installation.administration(with: both)
        let report = try await administration.rotateMasterKey(dryRun: false)
        #expect(report.keys.resealed == 7)
        let unopened = try #require(report.keys.unopened.first)
        #expect(report.keys.unopened.count == 1 && unopened.tenant == "shop" && unopened.failure == .damaged)
        #expect(unopened.use == .refresh && unopened.state == .current)
        #expect(try await administration.verifyMasterKey().keys.unopened == report.keys.unopened)
    }

    @Test("With a master key of another database nothing is made, changed or sealed")
    func foreignKey() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let before = try await installation.storedKeys()
        let stranger = installation.administration(with: KeySealer(master: .generate()))
        let attempts: [@Sendable () async throws -> Void] = [
            { _ = try await stranger.createTenant(slug: "blog", change: TenantSettingsChange()) },
            { _ = try await stranger.rotateKeys(tenant: "shop", use: .all, emergency: true, force: true) },
            { _ = try await stranger.revokeKey(tenant: "shop", kid: before[0].kid, force: true) },
            { _ = try await stranger.exportKey(tenant: "shop", kid: before[0].kid, publicOnly: true) },
            { _ = try await stranger.verifyToken(tenant: "shop", token: "x.y.z", use: .access) },
            {
                let jwk = JSON.object(KeyMaterial.generate(.es256).privateJWK()).serialized()
                _ = try await stranger.importKey(tenant: "shop", jwk: jwk, use: .access, state: .next)
            },
            {
                _ = try await stranger.createWebhook(
                    tenant: "shop", url: "https://app.example/", eventTypes: [], allowsPrivate: false)
            },
        ]
        for attempt in attempts {
            await #expect {
                try await attempt()
            } throws: { ($0 as? Refusal)?.message.contains("master key") == true }
        }
        #expect(try await installation.storedKeys() == before)
        #expect(try await stranger.verifyMasterKey().keys.unopened.count == 4)
    }

    @Test("Until the master key is rotated nothing is sealed under the new one, so that instances without it go on")
    func mixedFleet() async throws {
        let installation = try await Installation.make(jwksMaxAge: .zero)
        _ = try await installation.tenant { $0.rotateEvery = .some(.seconds(3600)) }
        let both = KeySealer(MasterKeys(sealing: .generate(), accepting: installation.sealer.keys.all))
        let office = installation.administration(with: both)
        for emergency in [false, true, true] {
            _ = try await office.rotateKeys(tenant: "shop", use: .all, emergency: emergency, force: true)
        }
        _ = try await office.createTenant(slug: "blog", change: TenantSettingsChange())
        let jwk = JSON.object(KeyMaterial.generate(.es256).privateJWK()).serialized()
        _ = try await office.importKey(tenant: "shop", jwk: jwk, use: .access, state: .next)
        try await installation.ageKeys(by: 3700)
        _ = try await installation.upkeep(sealer: both).lookAfterDueKeys()
        for slug in ["shop", "blog"] {
            _ = try await installation.register(in: try await installation.fresh(slug))
        }
        let old = try await installation.administration.verifyMasterKey()
        #expect(old.isComplete && old.keys.disregarded == 0 && old.keys.unchanged == old.keys.count)
        #expect(try await office.rotateMasterKey(dryRun: false).keys.resealed == old.keys.count)
    }

    @Test("While an instance is running that lacks the new key nothing is sealed under it", .timeLimit(.minutes(1)))
    func lackingInstance() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let both = KeySealer(MasterKeys(sealing: .generate(), accepting: installation.sealer.keys.all))
        let listening = Task { await installation.service.directory.run() }
        defer { listening.cancel() }
        try await wait { try await !installation.ownerPool.query(InstancePresence.backends, ()).isEmpty }
        for dryRun in [false, true] {
            await #expect {
                try await installation.administration(with: both).rotateMasterKey(dryRun: dryRun)
            } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        }
        #expect(try await installation.administration.verifyMasterKey().keys.unchanged == 4)
        _ = try await installation.administration.rotateMasterKey(dryRun: false)
    }

    @Test(
        "A backend that an instance has left behind is named, and once it is ended no longer in the way",
        .timeLimit(.minutes(1)))
    func abandonedBackend() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let both = KeySealer(MasterKeys(sealing: .generate(), accepting: installation.sealer.keys.all))
        let abandoned = try await Connection.open(installation.database.serviceURL)
        try await abandoned.script("set application_name = 'gatehouse listener 01234567'")
        let own = Statement<Void, Int32>("select pg_backend_pid()", bind: { () }, row: { (pid: Int32) in pid })
        let pid = try #require(try await abandoned.first(own, ()))
        await #expect {
            try await installation.administration(with: both).rotateMasterKey(dryRun: false)
        } throws: { error in
            let message = (error as? Refusal)?.message ?? ""
            return message.contains("backend \(pid)") && message.contains("pg_terminate_backend(PID)")
        }
        try await installation.asSuperuser("select pg_terminate_backend(\(pid))")
        try await wait { try await installation.ownerPool.query(InstancePresence.backends, ()).isEmpty }
        #expect(try await installation.administration(with: both).rotateMasterKey(dryRun: false).keys.resealed == 4)
        await abandoned.close()
    }
}

extension Installation {
    func operatorEvents() async throws -> [(actor: String, type: String)] {
        let all = Statement<Void, (actor: String, type: String)>(
            "select actor, type from operator_events order by id", bind: { () },
            row: { (actor: String, type: String) in (actor, type) })
        return try await ownerPool.query(all, ())
    }
}
