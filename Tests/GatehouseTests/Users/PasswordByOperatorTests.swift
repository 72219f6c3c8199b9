import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("A password that an operator sets", .installation) struct PasswordByOperatorTests {
    @Test("Whoever has used their guesses up signs in by it at once; the one before opens nothing, nor do its sessions")
    func atOnce() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=3/15m,source=off"))
        let tenant = try await installation.tenant()
        let sessions = [try await installation.register(in: tenant), try await installation.logIn(in: tenant)]
        let bystander = try await installation.register("bob@example.com", in: tenant)
        for _ in 0..<3 { await installation.failToLogIn(in: tenant) }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) { try await installation.logIn(in: tenant) }
        try await installation.set(Installation.newPassword)
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
        await installation.failToLogIn(password: Installation.password, in: tenant)
        for session in sessions { #expect(try await !installation.isAlive(session, in: tenant)) }
        #expect(try await installation.isAlive(bystander, in: tenant))
        let event = try #require(try await installation.amendments().last)
        #expect(event.detail["password"] == true && event.detail["sessions_ended"] == 2)
        #expect(try await installation.letters().isEmpty)
    }

    @Test("An account without a password gets one")
    func first() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        try await installation.set(Installation.newPassword)
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
    }

    @Test(
        "One that the tenant finds weak is refused, the user's own words as they will be included, and nothing is changed",
        arguments: ["password", "vivid-Otter", "vraxolintequob"])
    func weak(password: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.passwordMinLength = 12 }
        let session = try await installation.register(in: tenant)
        let before = try await installation.user()
        await #expect {
            try await installation.amend(
                UserChange(email: "vraxolintequob@example.com", password: Password(password)))
        } throws: { ($0 as? Refusal)?.code == "weak_password" }
        #expect(try await installation.user() == before)
        #expect(try await installation.isAlive(session, in: tenant))
        _ = try await installation.logIn(in: tenant)
    }

    @Test("What was mailed before is void, and what is queued isn't sent")
    func mailed() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let reset = try await installation.resetLetter(in: tenant)
        try await installation.askForAddress("other@example.com", by: session, in: tenant)
        try await installation.set(Installation.newPassword)
        #expect(try await installation.letters().isEmpty)
        for proof in [try reset.proofByToken, try reset.proofByCode] {
            await #expect(throws: Refusal.invalidToken) { try await installation.reset(proof, in: tenant) }
        }
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
    }

    @Test("By itself it leaves the owner of an earlier address their way back")
    func wayBack() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let notice = try await installation.letter()
        try await installation.set(Installation.newPassword, of: "thief@example.com")
        try await installation.undoAddressChange(notice.token, in: tenant)
        #expect(try await installation.user().id == session.user?.id)
    }
}

extension Installation {
    fileprivate func set(_ password: String, of user: String = "ada@example.com") async throws {
        try await amend(UserChange(password: Password(password)), of: user)
    }
}
