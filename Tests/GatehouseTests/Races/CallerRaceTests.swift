import FoundationEssentials
import Testing

@testable import Gatehouse

/// A request may take its time after it was asked who calls. A session that is ended meanwhile changes nothing any more.
@Suite(.installation, .timeLimit(.minutes(3))) struct CallerRaceTests {
    private static let change = Gate(event: "update of name on users")
    /// What ends the session by a change of its row.
    private static let endings: [Ending] = [
        .logOut, .logOutOfOthers, .logOutEverywhere, .endByAnother, .passwordChange, .userDisabled, .revoked,
        .allOfUserRevoked, .allOfTenantRevoked, .refreshKeysRevoked, .reuse,
    ]

    @Test("A session that has been ended since it was asked who calls changes nothing", arguments: Ending.allCases)
    func endedBefore(ending: Ending) async throws {
        let scene = try await Scene.make(for: ending, in: try await Installation.make())
        let signedIn = try await scene.service.authenticate(scene.session.accessToken, in: scene.tenant)
        try await ending(in: scene)
        let refusal = ending.endsTenant ? Refusal.tenantNotFound : .sessionEnded
        // The second would change nothing of somebody who has no name.
        for name in [Change.set(try DisplayName("Grace")), .clear] {
            await #expect(throws: refusal) { try await scene.rename(to: name, by: signedIn) }
        }
        #expect(try await scene.name() == nil)
        await #expect(throws: refusal) {
            try await scene.service.endSession(
                scene.other.sessionID, of: signedIn, from: Installation.client, in: scene.tenant)
        }
        guard !ending.endsOther else { return }
        _ = try await scene.service.authenticate(scene.other.accessToken, in: scene.tenant)
    }

    @Test("A profile change by a session that is ended before it takes effect changes nothing", arguments: endings)
    func endedFirst(ending: Ending) async throws {
        let race = try await HeldRace.make()
        let scene = try await Scene.make(for: ending, in: race.installation)
        let (renamed, ended) = try await race.run(at: Self.change) {
            try await scene.rename(to: "Grace")
        } while: {
            try await ending(in: scene.elsewhere)
        }
        try ended.get()
        #expect(throws: Refusal.sessionEnded) { try renamed.get() }
        #expect(try await scene.name() == nil)
    }

    @Test(
        "The ending of a session whose profile change is taking effect is answered when that is done",
        arguments: endings)
    func endedMeanwhile(ending: Ending) async throws {
        let race = try await HeldRace.make()
        let scene = try await Scene.make(for: ending, in: race.installation)
        let (renamed, ended) = try await race.run(at: Self.change.at(.afterRow)) {
            try await scene.rename(to: "Grace")
        } while: {
            try await ending(in: scene.elsewhere)
            return try await scene.name()
        }
        #expect(try renamed.get().name == "Grace")
        #expect(try ended.get() == "Grace")
    }

    @Test(
        "Whoever waits for another change of the profile is answered their own, and it is recorded if it is one",
        arguments: [("Grace", 2), ("Ada", 3)])
    func changeAwaited(wanted: String, changes: Int) async throws {
        let race = try await HeldRace.make()
        let scene = try await Scene.make(in: race.installation)
        _ = try await scene.rename(to: "Ada")
        let (first, second) = try await race.run(at: Self.change.at(.afterRow)) {
            try await scene.rename(to: "Grace")
        } while: {
            try await scene.elsewhere.rename(to: wanted)
        }
        #expect(try first.get().name == "Grace")
        #expect(try second.get().name == wanted)
        #expect(try await scene.name() == wanted)
        let events = try await scene.administration.listEvents(
            tenant: scene.slug, type: .profileUpdated, age: nil, limit: 10)
        #expect(events.count == changes)
    }
}

extension Scene {
    fileprivate func rename(to name: String) async throws -> User {
        let signedIn = try await service.authenticate(session.accessToken, in: tenant)
        return try await rename(to: .set(DisplayName(name)), by: signedIn)
    }

    fileprivate func rename(to name: Change<DisplayName>, by signedIn: SignedIn) async throws -> User {
        try await service.updateProfile(
            ProfileChange(name: name, username: .keep), of: signedIn, from: Installation.client, in: tenant)
    }

    /// As whoever looks now sees it without waiting.
    fileprivate func name() async throws -> String? {
        let (id, tenant) = (user.id, tenant.tenant.id)
        return try await installation.serviceDatabase.first(UserStatements.byID, (tenant, id), in: tenant)?.user.name
    }
}
