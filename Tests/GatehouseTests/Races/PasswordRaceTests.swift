import FoundationEssentials
import Testing

@testable import Gatehouse

/// A password takes long to hash. A session that is ended meanwhile changes it no more.
@Suite(.installation, .timeLimit(.minutes(3))) struct PasswordRaceTests {
    private static let change = Gate(event: "update of password_version on users")
    /// A tenant's disabling waits for nobody, and another change of the password is refused when it has waited.
    private static let endings = Ending.allCases.filter { ![Ending.tenantDisabled, .passwordChange].contains($0) }

    @Test(
        "A password change by a session that is ended before it takes effect changes nothing",
        arguments: Ending.allCases)
    func endedBefore(ending: Ending) async throws {
        let race = try await HeldRace.make(limits: GuessLimits(parsing: "account=10/15m,source=off"))
        let scene = try await Scene.make(for: ending, in: race.installation)
        let (changed, ended) = try await race.run(at: .verified) {
            try await changePassword(in: scene, by: scene.session)
        } while: {
            try await ending(in: scene.elsewhere)
            return try await scene.passwordVersion()
        }
        let isOfTenant = [Ending.tenantDisabled, .tenantDeleted].contains(ending)
        #expect(throws: isOfTenant ? Refusal.tenantNotFound : .sessionEnded) { try changed.get() }
        #expect(try await scene.passwordVersion() == ended.get())
        guard !Ending.barring.contains(ending) else { return }
        // Whoever is still there signs in with the password that they had.
        _ = try await scene.installation.logIn(in: try await scene.asLastHeard())
    }

    @Test("Of two changes by one session the later is told that the password is another by now, and the session lives")
    func twice() async throws {
        let race = try await HeldRace.make(limits: GuessLimits(parsing: "account=10/15m,source=off"))
        let scene = try await Scene.make(in: race.installation)
        let (second, first) = try await race.run(at: .verified) {
            try await changePassword(in: scene, by: scene.other)
        } while: {
            let signedIn = try await scene.elsewhere.service.authenticate(scene.other.accessToken, in: scene.tenant)
            try await scene.elsewhere.service.changePassword(
                current: Password(Installation.password), new: Password(Scene.newPassword), of: signedIn,
                from: Installation.client, in: scene.tenant)
        }
        try first.get()
        #expect(throws: Refusal.wrongCurrentPassword) { try second.get() }
        #expect(try await scene.installation.isAlive(scene.other, in: scene.tenant))
    }

    @Test(
        "The ending of a session whose password change is taking effect is answered when that is done",
        arguments: endings)
    func endedMeanwhile(ending: Ending) async throws {
        let race = try await HeldRace.make()
        for moment in [Gate.Moment.afterRow, .beforeCommit] {
            let scene = try await Scene.make(for: ending, in: race.installation)
            let (changed, ended) = try await race.run(at: Self.change.at(moment)) {
                try await changePassword(in: scene, by: scene.session)
            } while: {
                try await ending(in: scene.elsewhere)
                return try await scene.passwordVersion()
            }
            // User and session are locked from its first statement on.
            try changed.get()
            // What held when the ending was answered holds still.
            #expect(try await scene.passwordVersion() == ended.get())
            guard ending == .logOutOfOthers else {
                try await scene.expectNothing(of: [scene.session, scene.refreshed], after: ending)
                continue
            }
            // The change has ended the session that asks for it: nothing ends the one that it was made by.
            #expect(try await scene.installation.isAlive(scene.refreshed, in: scene.tenant))
            try await scene.expectNothing(of: [scene.other], after: .passwordChange)
        }
    }

    @Test(
        "A sign-out of other sessions by one that a password change is ending waits for that, and ends none then",
        arguments: [LogOutScope.others, .global])
    func crossed(scope: LogOutScope) async throws {
        let race = try await HeldRace.make()
        let scene = try await Scene.make(in: race.installation)
        // Sessions are ended in the order of their making: the first by both, the second is the one that changes the password.
        let third = try await scene.installation.logIn(in: scene.tenant)
        let (changed, left) = try await race.run(at: Gate(event: "update of ended_at on refresh_tokens")) {
            try await changePassword(in: scene, by: scene.other)
        } while: {
            try await scene.elsewhere.service.logOut(
                .accessToken(third.accessToken), scope: scope, from: Installation.client, in: scene.tenant)
        }
        try changed.get()
        try left.get()
        #expect(try await scene.installation.isAlive(scene.other, in: scene.tenant))
        try await scene.expectNothing(of: [scene.session, scene.refreshed, third], after: .passwordChange)
    }

    private func changePassword(in scene: Scene, by session: IssuedSession) async throws {
        let signedIn = try await scene.service.authenticate(session.accessToken, in: scene.tenant)
        try await scene.service.changePassword(
            current: Password(Installation.password), new: Password(Scene.newPassword), of: signedIn,
            from: Installation.client, in: scene.tenant)
    }
}

extension Scene {
    /// How often the password has been set, as whoever looks now sees it without waiting.
    fileprivate func passwordVersion() async throws -> Int32? {
        let (id, tenant) = (user.id, tenant.tenant.id)
        return try await installation.serviceDatabase.first(UserStatements.byID, (tenant, id), in: tenant)?
            .passwordVersion
    }
}
