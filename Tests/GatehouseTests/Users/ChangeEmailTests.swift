import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Change of address", .installation) struct ChangeEmailTests {
    @Test(
        "An address is the user's once its owner says so, and the one before is told",
        arguments: RedeemTests.Form.allCases)
    func changes(form: RedeemTests.Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.askForAddress("New@Example.com", by: session, in: tenant)
        #expect(try await installation.user().id == session.user?.id)
        let letter = try await installation.letter()
        #expect(letter.recipient == "New@example.com")
        try await installation.confirmAddress(try form.proof(of: letter), in: tenant)
        let user = try await installation.user("new@example.com")
        #expect(user.id == session.user?.id && user.email == "New@example.com" && user.emailVerified)
        #expect(try await installation.isAlive(session, in: tenant))
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com" && notice.token?.hasPrefix("und_") == true && notice.code == nil)
        await #expect(throws: Refusal.invalidCredentials) { try await installation.logIn(in: tenant) }
        _ = try await installation.logIn("new@example.com", in: tenant)
        await #expect(throws: Refusal.invalidToken) {
            try await installation.confirmAddress(try form.proof(of: letter), in: tenant)
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
            try await installation.changeAddress(to: "new\(number)@example.com", by: session, in: tenant)
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
            try await installation.askForAddress("new@example.com", password: "wrong", by: session, in: tenant)
        }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.askForAddress("new@example.com", by: session, in: tenant)
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
        try await installation.askForAddress("bob@example.com", by: session, in: tenant)
        let letter = try await installation.letter()
        await #expect(throws: Refusal.emailTaken) {
            try await installation.confirmAddress(letter.proofByToken, in: tenant)
        }
        #expect(try await installation.user().id == session.user?.id)
        // Once it is free, the token is still good.
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "bob@example.com")
        try await installation.confirmAddress(letter.proofByToken, in: tenant)
        #expect(try await installation.user("bob@example.com").id == session.user?.id)
    }

    @Test("Two users may want one address, and each has a code of their own")
    func wantedByTwo() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (ada, bob) = (
            try await installation.register(in: tenant), try await installation.register("bob@example.com", in: tenant)
        )
        try await installation.askForAddress("new@example.com", by: ada, in: tenant)
        let first = try await installation.letter()
        try await installation.askForAddress("new@example.com", by: bob, in: tenant)
        let second = try await installation.letter()
        try await installation.confirmAddress(second.proofByCode, in: tenant)
        #expect(try await installation.user("new@example.com").id == bob.user?.id)
        await #expect(throws: Refusal.emailTaken) {
            try await installation.confirmAddress(first.proofByCode, in: tenant)
        }
        let guess = OneTimeProof.code("00000000", email: "new@example.com")
        for _ in 0..<5 {
            await #expect(throws: Refusal.invalidToken) { try await installation.confirmAddress(guess, in: tenant) }
        }
        await #expect(throws: Refusal.invalidToken) {
            try await installation.confirmAddress(first.proofByCode, in: tenant)
        }
    }

    @Test("An address that was never verified is told of the change without the new one, and has no say in the account")
    func unverified() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await installation.changeAddress(to: "new@example.com", by: session, in: tenant)
        #expect(try await !installation.rows(of: "mails").contains { $0.contains("new@example.com") })
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com" && notice.token == nil && notice.code == nil)
        #expect(try await installation.tokenCount() == 0)
        // The new address is verified by the change, so that the next one can be taken back from there.
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let next = try await installation.letter()
        try await installation.undoAddressChange(next.token, in: tenant)
        #expect(try await installation.user("new@example.com").id == session.user?.id)
    }

    @Test("A change of address voids what was mailed to the one before")
    func voids() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let reset = try await installation.resetLetter(in: tenant)
        try await installation.changeAddress(to: "new@example.com", by: session, in: tenant)
        for proof in [try reset.proofByToken, try reset.proofByCode] {
            await #expect(throws: Refusal.invalidToken) { try await installation.reset(proof, in: tenant) }
        }
    }
}
