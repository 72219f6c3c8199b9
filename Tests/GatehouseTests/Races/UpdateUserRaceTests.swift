import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// An operator changes an account to which something else happens meanwhile.
@Suite("An operator's change that meets another", .installation, .timeLimit(.minutes(3)))
struct UpdateUserRaceTests {
    private static let change = Gate(event: "update of password_version on users")
    private static let insertion = Gate(event: "insert on refresh_tokens")

    @Test(
        "A sign-in by the old password leaves no session behind, whichever of the two waits for the other",
        arguments: Gate.Moment.allCases)
    func signIn(moment: Gate.Moment) async throws {
        let race = try await HeldRace.make()
        let late = try await Scene.make(in: race.installation)
        let (changed, refused) = try await race.run(at: Self.change.at(moment)) {
            try await late.setPassword()
        } while: {
            try await late.elsewhere.installation.logIn(in: late.tenant)
        }
        try changed.get()
        #expect(throws: Refusal.invalidCredentials) { try refused.get() }

        let early = try await Scene.make(in: race.installation)
        let (opened, changedBehind) = try await race.run(at: Self.insertion.at(moment)) {
            try await early.installation.logIn(in: early.tenant)
        } while: {
            try await early.elsewhere.setPassword()
        }
        try changedBehind.get()
        if moment == .beforeStatement {
            #expect(throws: Refusal.invalidCredentials) { try opened.get() }
        } else {
            let session = try opened.get()
            #expect(try await !early.installation.isAlive(session, in: early.tenant))
        }
        for scene in [late, early] {
            for session in [scene.refreshed, scene.other] {
                #expect(try await !scene.installation.isAlive(session, in: scene.tenant))
            }
            _ = try await scene.installation.logIn(password: Scene.newPassword, in: scene.tenant)
        }
    }

    @Test("A change by the user that it waits for is what it is compared with")
    func compared() async throws {
        let race = try await HeldRace.make()
        let scene = try await Scene.make(in: race.installation)
        let signedIn = try await scene.service.authenticate(scene.session.accessToken, in: scene.tenant)
        let gate = Gate(event: "update of name on users", moment: .afterRow)
        let (renamed, changed) = try await race.run(at: gate) {
            try await scene.service.updateProfile(
                ProfileChange(name: .set(DisplayName("Grace")), username: .keep), of: signedIn,
                from: Installation.client, in: scene.tenant)
        } while: {
            try await scene.change(UserChange(name: .set("Grace")))
        }
        #expect(try changed.get() == renamed.get())
        let events = try await scene.administration.listEvents(
            tenant: scene.slug, type: .userChangedByOperator, age: nil, limit: 10)
        #expect(events.isEmpty)
    }

    @Test("It waits for the deletion of its user, who is gone then, and nothing else of the tenant waits for it")
    func deletion() async throws {
        let installation = try await Installation.make()
        let scene = try await Scene.make(in: installation)
        try await installation.asSuperuser(
            """
            create function linger() returns trigger language plpgsql as $$
                begin perform pg_advisory_xact_lock(1); return null; end $$;
            create trigger linger before update on audit_events for each statement execute function linger();
            """)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("select pg_advisory_lock(1)")
        let deletion = Task { try await scene.administration.deleteUser(tenant: scene.slug, user: scene.user.email) }
        try await installation.waitForLocks(1)
        let change = Task { try await scene.change(UserChange(name: .set("Grace"))) }
        try await installation.waitForLocks(2)
        _ = try await scene.administration.rotateKeys(tenant: scene.slug, use: .access, emergency: true, force: false)
        await holder.close()
        #expect(try await deletion.value.id == scene.user.id)
        await #expect(throws: Refusal.userNotFound) { try await change.value }
    }
}

extension Scene {
    fileprivate func change(_ change: UserChange) async throws -> User {
        try await administration.updateUser(tenant: slug, user: user.email, change: change)
    }

    fileprivate func setPassword() async throws {
        _ = try await change(UserChange(password: Password(Self.newPassword)))
    }
}
