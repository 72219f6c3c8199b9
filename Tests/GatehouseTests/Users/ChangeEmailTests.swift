import FoundationEssentials
import Mail
import Postgres
import Testing

@testable import Gatehouse

@Suite("Change of address", .installation) struct ChangeEmailTests {
    private func ask(
        _ email: String, password: String? = Installation.password, by session: IssuedSession, in tenant: ServedTenant,
        _ installation: Installation
    ) async throws {
        try await installation.service.changeEmail(
            to: EmailAddress(email), current: password.map { try Password($0) },
            of: try await installation.signedIn(session, in: tenant), from: Installation.client, in: tenant)
    }

    private func confirm(_ proof: OneTimeProof, in tenant: ServedTenant, _ installation: Installation) async throws {
        try await installation.service.confirmEmail(proof, from: Installation.client, in: tenant)
    }

    private func undo(_ letter: Letter, in tenant: ServedTenant, _ installation: Installation) async throws {
        try await installation.service.undoEmailChange(
            token: try #require(letter.token), from: Installation.client, in: tenant)
    }

    /// Changes the address; the mail with which the one before can take that back.
    private func change(
        to email: String, by session: IssuedSession, in tenant: ServedTenant, _ installation: Installation
    ) async throws -> Letter {
        try await ask(email, by: session, in: tenant, installation)
        try await confirm(try await installation.letter().proofByToken, in: tenant, installation)
        return try await installation.letter()
    }

    @Test(
        "An address is the user's once its owner says so, and the one before is told",
        arguments: RedeemTests.Form.allCases)
    func changes(form: RedeemTests.Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await ask("New@Example.com", by: session, in: tenant, installation)
        #expect(try await installation.user().id == session.user?.id)
        let letter = try await installation.letter()
        #expect(letter.recipient == "New@example.com")
        try await confirm(try form.proof(of: letter), in: tenant, installation)
        let user = try await installation.user("new@example.com")
        #expect(user.id == session.user?.id && user.email == "New@example.com" && user.emailVerified)
        #expect(try await installation.isAlive(session, in: tenant))
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com" && notice.token?.hasPrefix("und_") == true && notice.code == nil)
        await #expect(throws: Refusal.invalidCredentials) { try await installation.logIn(in: tenant) }
        _ = try await installation.logIn("new@example.com", in: tenant)
        await #expect(throws: Refusal.invalidToken) {
            try await confirm(try form.proof(of: letter), in: tenant, installation)
        }
        #expect(try await installation.events().count { $0.type == "email.changed" && $0.userID == user.id } == 1)
        #expect(try await !installation.rows(of: "audit_events").contains { $0.contains("@example.com") })
    }

    @Test(
        "An address that has been verified is told of every change; one that may be a stranger's, five times in a while",
        arguments: [(true, 7), (false, 5)])
    func notices(isVerified: Bool, count: Int) async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant()
        var notices: [Letter] = []
        for number in 0..<7 {
            let session = try await installation.register(in: tenant)
            if isVerified { try await installation.asSuperuser("update users set email_verified_at = now()") }
            try await ask("new\(number)@example.com", by: session, in: tenant, installation)
            try await confirm(try await installation.letter().proofByToken, in: tenant, installation)
            notices += try await installation.letters()
        }
        #expect(notices.count == count && notices.allSatisfy { $0.recipient == "ada@example.com" })
    }

    @Test("A wrong password sends nothing, and counts")
    func wrongPassword() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        await #expect(throws: Refusal.wrongCurrentPassword) {
            try await ask("new@example.com", password: "wrong", by: session, in: tenant, installation)
        }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await ask("new@example.com", by: session, in: tenant, installation)
        }
        #expect(try await installation.rowCount("mails") == 0)
        #expect(try await installation.events().last?.type == "email.change_failed")
    }

    @Test("Nothing tells that an address is taken, but the mail to it and whoever reads that")
    func taken() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        _ = try await installation.register("bob@example.com", in: tenant)
        try await ask("bob@example.com", by: session, in: tenant, installation)
        let letter = try await installation.letter()
        await #expect(throws: Refusal.emailTaken) { try await confirm(letter.proofByToken, in: tenant, installation) }
        #expect(try await installation.user().id == session.user?.id)
        // Once it is free, the token is still good.
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "bob@example.com")
        try await confirm(letter.proofByToken, in: tenant, installation)
        #expect(try await installation.user("bob@example.com").id == session.user?.id)
    }

    @Test("Two users may want one address, and each has a code of their own")
    func wantedByTwo() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (ada, bob) = (
            try await installation.register(in: tenant), try await installation.register("bob@example.com", in: tenant)
        )
        try await ask("new@example.com", by: ada, in: tenant, installation)
        let first = try await installation.letter()
        try await ask("new@example.com", by: bob, in: tenant, installation)
        let second = try await installation.letter()
        try await confirm(second.proofByCode, in: tenant, installation)
        #expect(try await installation.user("new@example.com").id == bob.user?.id)
        await #expect(throws: Refusal.emailTaken) { try await confirm(first.proofByCode, in: tenant, installation) }
        let guess = OneTimeProof.code("00000000", email: "new@example.com")
        for _ in 0..<5 {
            await #expect(throws: Refusal.invalidToken) { try await confirm(guess, in: tenant, installation) }
        }
        await #expect(throws: Refusal.invalidToken) { try await confirm(first.proofByCode, in: tenant, installation) }
    }

    @Test("The old address takes the change back: every session ends, and what was mailed since is void")
    func undone() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        let notice = try await change(to: "thief@example.com", by: session, in: tenant, installation)
        let thief = try await installation.logIn("thief@example.com", in: tenant)
        let reset = try await installation.resetLetter("thief@example.com", in: tenant)
        try await ask("third@example.com", by: thief, in: tenant, installation)
        try await undo(notice, in: tenant, installation)
        let user = try await installation.user()
        #expect(user.id == session.user?.id && user.emailVerified)
        for session in [session, thief] { #expect(try await !installation.isAlive(session, in: tenant)) }
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(reset.proofByToken, in: tenant) }
        let told = try await installation.letter()
        #expect(told.recipient == "thief@example.com" && told.token == nil && told.code == nil)
        #expect(try await installation.tokenCount() == 0)
        await #expect(throws: Refusal.invalidToken) { try await undo(notice, in: tenant, installation) }
        let event = try #require(try await installation.events().last)
        #expect(event.type == "email.change_undone" && event.detail["sessions_ended"] == 2)
        try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
    }

    @Test("An address that was never verified is told of the change without the new one, and has no say in the account")
    func unverified() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await ask("new@example.com", by: session, in: tenant, installation)
        try await confirm(try await installation.letter().proofByToken, in: tenant, installation)
        #expect(try await !installation.rows(of: "mails").contains { $0.contains("new@example.com") })
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com" && notice.token == nil && notice.code == nil)
        #expect(try await installation.tokenCount() == 0)
        // The new address is verified by the change, so that the next one can be taken back from there.
        let next = try await change(to: "thief@example.com", by: session, in: tenant, installation)
        try await undo(next, in: tenant, installation)
        #expect(try await installation.user("new@example.com").id == session.user?.id)
    }

    @Test(
        "Who changes the address twice takes nothing from its owner, whichever of the two is undone first",
        arguments: [true, false])
    func twice(laterFirst: Bool) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        let first = try await change(to: "thief@example.com", by: session, in: tenant, installation)
        let second = try await change(to: "other@example.com", by: session, in: tenant, installation)
        #expect(first.recipient == "ada@example.com" && second.recipient == "thief@example.com")
        if laterFirst {
            try await undo(second, in: tenant, installation)
            #expect(try await installation.user("thief@example.com").id == session.user?.id)
        }
        try await undo(first, in: tenant, installation)
        #expect(try await installation.user().id == session.user?.id)
        await #expect(throws: Refusal.invalidToken) { try await undo(second, in: tenant, installation) }
    }

    @Test("A mail that would undo a later change isn't sent once an earlier one is undone, which its reader is told")
    func queued() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        let first = try await change(to: "thief@example.com", by: session, in: tenant, installation)
        try await ask("other@example.com", by: session, in: tenant, installation)
        try await confirm(try await installation.letter().proofByToken, in: tenant, installation)
        try await undo(first, in: tenant, installation)
        let told = try await installation.letters()
        #expect(told.map(\.recipient).sorted() == ["other@example.com", "thief@example.com"])
        #expect(told.allSatisfy { $0.token == nil && $0.code == nil })
        #expect(try await installation.user().id == session.user?.id)
    }

    @Test("It can be undone for seven days, also after the password was changed; not if somebody has the address")
    func sevenDays() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        let notice = try await change(to: "thief@example.com", by: session, in: tenant, installation)
        try await installation.service.changePassword(
            current: Password(Installation.password), new: Password(Installation.newPassword),
            of: try await installation.signedIn(session, in: tenant), from: Installation.client, in: tenant)
        _ = try await installation.register("ada@example.com", in: tenant)
        await #expect(throws: Refusal.emailTaken) { try await undo(notice, in: tenant, installation) }
        #expect(try await installation.isAlive(session, in: tenant))
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "ada@example.com")
        let shift = { (days: Int) in "update one_time_tokens set expires_at = expires_at - interval '\(days) days'" }
        try await installation.asSuperuser(shift(7))
        await #expect(throws: Refusal.invalidToken) { try await undo(notice, in: tenant, installation) }
        try await installation.asSuperuser(shift(-1))
        try await undo(notice, in: tenant, installation)
    }

    @Test(
        "The address before is told also where the user has been disabled meanwhile, and can undo once they are enabled",
        arguments: [true, false])
    func disabled(isTriedBefore: Bool) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await ask("thief@example.com", by: session, in: tenant, installation)
        try await confirm(try await installation.letter().proofByToken, in: tenant, installation)
        if isTriedBefore {
            let mailroom = Mailroom()
            mailroom.refuse(.connect)
            try await installation.deliverer(to: mailroom).sendAllDue()
            try await installation.makeDue()
        }
        _ = try await installation.administration.disableUser(tenant: "shop", user: "thief@example.com")
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com")
        await #expect(throws: Refusal.invalidToken) { try await undo(notice, in: tenant, installation) }
        _ = try await installation.administration.enableUser(tenant: "shop", user: "thief@example.com")
        try await undo(notice, in: tenant, installation)
        #expect(try await installation.user().id == session.user?.id)
    }

    @Test("A change of address voids what was mailed to the one before")
    func voids() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let reset = try await installation.resetLetter(in: tenant)
        _ = try await change(to: "new@example.com", by: session, in: tenant, installation)
        for proof in [try reset.proofByToken, try reset.proofByCode] {
            await #expect(throws: Refusal.invalidToken) { try await installation.reset(proof, in: tenant) }
        }
    }
}
