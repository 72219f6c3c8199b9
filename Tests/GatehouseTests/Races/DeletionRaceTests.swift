import FoundationEssentials
import Testing

@testable import Gatehouse

/// What is under way for a user while their account is being deleted. The deletion is held when everything is done but for the commit:
/// others still see the user, and what they write of one is seen by no deletion any more.
@Suite(.installation, .timeLimit(.minutes(3))) struct DeletionRaceTests {
    private static let deletion = Gate(event: "delete on users", moment: .beforeCommit)

    private let race: HeldRace
    private let installation: Installation

    init() async throws {
        race = try await HeldRace.make()
        installation = race.installation
    }

    /// Deletes the account; what `other`, on another instance, came to meanwhile.
    private func deleting<Value: Sendable>(
        _ session: IssuedSession, in tenant: ServedTenant,
        while other: @escaping @Sendable (Installation) async throws -> Value
    ) async throws -> Result<Value, any Error> {
        let signedIn = try await installation.signedIn(session, in: tenant)
        let elsewhere = installation.onAnotherInstance()
        let (deleted, answer) = try await race.run(at: Self.deletion) { [installation] in
            try await installation.service.deleteAccount(
                current: Password(Installation.password), of: signedIn, from: Installation.client, in: tenant)
        } while: {
            try await other(elsewhere)
        }
        try deleted.get()
        return answer
    }

    @Test("A sign-in that fails during a deletion names nobody in the trail, nor does the hour of its failures")
    func failure() async throws {
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await deleting(session, in: tenant) { await $0.failToLogIn(in: tenant) }.get()
        let failures = try await installation.events().filter { $0.type == "login.failed" }
        #expect(failures.count == 1 && failures.allSatisfy { $0.userID == nil }, "\(failures)")
        try await installation.asSuperuser(
            "do $$ begin assert (select count(*) = 1 and count(user_id) = 0 from failed_attempts); end $$")
    }

    @Test("A refresh that is recorded leaves nothing in the trail where its user is deleted first")
    func refresh() async throws {
        let tenant = try await installation.tenant { $0.reusePolicy = .untilUsed }
        let session = try await installation.register(in: tenant)
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        try await installation.age(session, by: 61, in: tenant)
        _ = try await deleting(session, in: tenant) { try await $0.refresh(session.refreshToken, in: tenant) }.get()
        let events = try await installation.events()
        #expect(events.map(\.type) == ["user.registered", "user.deleted"])
        #expect(events.allSatisfy { $0.address == nil && $0.userAgent == nil })
    }

    @Test("Whoever asks for a mail while their account is deleted is signed out, and gets none")
    func verification() async throws {
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        let asked = try await deleting(session, in: tenant) {
            try await $0.service.requestMail.verification(of: signedIn, from: Installation.client, in: tenant)
        }
        #expect(throws: Refusal.sessionEnded) { try asked.get() }
        for table in ["mails", "deliveries"] { #expect(try await installation.rowCount(table) == 0, "\(table)") }
    }

    @Test("Whoever registers an address while its account is deleted has a new one")
    func registration() async throws {
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await deleting(session, in: tenant) {
            try await $0.service.register.awaitingVerification(
                email: EmailAddress("ada@example.com"), username: nil, name: nil,
                password: Password(Installation.password), from: Installation.client, in: tenant)
        }.get()
        #expect(try await installation.user().id != session.user?.id)
        #expect(try await installation.letter().token?.hasPrefix("vfy_") == true)
    }
}
