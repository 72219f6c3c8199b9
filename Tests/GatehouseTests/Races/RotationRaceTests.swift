import FoundationEssentials
import Testing

@testable import Gatehouse

/// Planned rotations of keys cost no honest client its session, whatever an instance has heard of them.
@Suite(.installation, .timeLimit(.minutes(3))) struct RotationRaceTests {
    @Test("A refresh that is held while the keys are rotated twice is answered with tokens that work")
    func refreshHeld() async throws {
        let race = try await HeldRace.make()
        for moment in Gate.Moment.allCases {
            let scene = try await Scene.make(in: race.installation)
            let gate = Gate(event: "update of generation on refresh_tokens", moment: moment)
            let (refreshed, rotated) = try await race.run(at: gate) {
                try await scene.installation.refresh(scene.refreshed.refreshToken, in: scene.tenant)
            } while: {
                for _ in 0..<2 { try await Self.rotate(scene) }
            }
            try rotated.get()
            try await expectLife(of: try refreshed.get(), after: scene.refreshed, in: scene)
        }
    }

    @Test(
        "A refresh that comes while a rotation is held is answered with tokens that work",
        arguments: ["update of state on signing_keys", "insert on signing_keys"])
    func rotationHeld(event: String) async throws {
        let race = try await HeldRace.make()
        for moment in Gate.Moment.allCases {
            let scene = try await Scene.make(in: race.installation)
            let (rotated, refreshed) = try await race.run(at: Gate(event: event, moment: moment)) {
                try await Self.rotate(scene)
            } while: {
                try await scene.elsewhere.installation.refresh(scene.refreshed.refreshToken, in: scene.tenant)
            }
            try rotated.get()
            try await expectLife(of: try refreshed.get(), after: scene.refreshed, in: scene)
        }
    }

    @Test("Clients that refresh without a pause are never refused while the keys are rotated")
    func free() async throws {
        let installation = try await Installation.make()
        for _ in 0..<50 {
            let scene = try await Scene.make(in: installation)
            async let rotated: Void = Self.rotate(scene)
            var held = scene.refreshed
            for _ in 0..<5 {
                let tenants = [scene.tenant, try await scene.asLastHeard()]
                let before = held
                held = try await installation.refresh(before.refreshToken, in: tenants[0])
                // The same token from another tab, on an instance that has heard of it.
                _ = try await installation.refresh(before.refreshToken, in: tenants[1])
            }
            try await rotated
            try await expectLife(of: held, after: nil, in: scene)
        }
    }

    private static func rotate(_ scene: Scene) async throws {
        _ = try await scene.administration.rotateKeys(tenant: scene.slug, use: .all, emergency: false, force: true)
    }

    private func expectLife(of held: IssuedSession, after old: IssuedSession?, in scene: Scene) async throws {
        for tenant in [scene.tenant, try await scene.asLastHeard()] {
            _ = try await scene.service.authenticate(held.accessToken, in: tenant)
            guard let old else { continue }
            let again = try await scene.installation.refresh(old.refreshToken, in: tenant)
            #expect(again.sessionID == held.sessionID)
        }
        _ = try await scene.installation.refresh(held.refreshToken, in: try await scene.asLastHeard())
        _ = try await scene.installation.refresh(held.refreshToken, in: scene.tenant)
    }
}
