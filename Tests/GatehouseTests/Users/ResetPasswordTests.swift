import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite("Password reset", .installation) struct ResetPasswordTests {
    @Test(
        "A reset ends every session, verifies the address, tells its owner, and signs nobody in",
        arguments: RedeemTests.Form.allCases)
    func reset(form: RedeemTests.Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let sessions = [try await installation.register(in: tenant), try await installation.logIn(in: tenant)]
        let bystander = try await installation.register("bob@example.com", in: tenant)
        try await installation.reset(try form.proof(of: try await installation.resetLetter(in: tenant)), in: tenant)
        for session in sessions {
            #expect(try await !installation.isAlive(session, in: tenant))
            await #expect(throws: Refusal.sessionEnded) {
                try await installation.refresh(session.refreshToken, in: tenant)
            }
        }
        #expect(try await installation.isAlive(bystander, in: tenant))
        #expect(try await installation.user().emailVerified)
        #expect(try await !installation.user("bob@example.com").emailVerified)
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com" && notice.token == nil && notice.code == nil)
        let event = try #require(try await installation.events().last)
        #expect(event.type == "password.reset" && event.actor == "user" && event.userID == sessions[0].user?.id)
        #expect(event.detail["sessions_ended"] == 2 && event.detail["method"] == (form == .token ? "link" : "code"))
        #expect(event.address == Installation.client.address)
        await #expect(throws: Refusal.invalidCredentials) { try await installation.logIn(in: tenant) }
        let session = try await installation.logIn(password: Installation.newPassword, in: tenant)
        #expect(session.user?.emailVerified == true)
    }

    @Test("An account without a password gets one")
    func withoutPassword() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
    }

    @Test("Whoever has the link is kept out by nobody who has used up the budget of the address that they share")
    func spentSource() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=off,source=3/15m"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        for _ in 0..<2 { await installation.failToLogIn("nobody@example.com", in: tenant) }
        // What is no link counts as before.
        let other = OneTimeProof.token("rst_" + String(repeating: "A", count: 43))
        await #expect { try await installation.reset(other, in: tenant) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        try await installation.reset(try letter.proofByToken, in: tenant)
    }

    @Test("A reset gives the account its guessing budget back")
    func budget() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=3/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for _ in 0..<3 { await installation.failToLogIn("ada@example.com", in: tenant) }
        try await installation.delayNextAttempt()
        let letter = try await installation.resetLetter(in: tenant)
        // Whoever guesses at the account keeps nobody from the link.
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.reset(try letter.proofByCode, in: tenant)
        }
        try await installation.reset(try letter.proofByToken, in: tenant)
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
    }

    @Test(
        "Wrong codes count against the account as wrong passwords do, for an unknown address too",
        arguments: ["ada", "eve"])
    func codesAreGuesses(local: String) async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=3/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let email = "\(local)@example.com"
        await installation.failToLogIn(email, in: tenant)
        for _ in 0..<2 {
            await #expect(throws: Refusal.invalidToken) {
                try await installation.reset(.code("1", email: email), in: tenant)
            }
        }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.reset(.code("1", email: email), in: tenant)
        }
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.logIn(email, in: tenant)
        }
        let failed = try await installation.events().filter { $0.type == "code.failed" }
        let event = try #require(failed.count == 1 ? failed.first : nil)
        #expect(event.detail["reason"] == "reset_password" && event.actor == "service")
        #expect((event.userID == nil) == (local == "eve"))
    }

    @Test("A source that presents what is nothing is refused after a while; what is good costs it nothing")
    func source() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=off,source=4/15m,mail=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        let other = ClientInfo(address: "192.0.2.99", userAgent: nil)
        for proof in [
            OneTimeProof.token("rst_nothing"), .token(try #require(letter.token) + "x"),
            .code("1", email: "x@example.com"), .code("1", email: "ada@example.com"),
        ] {
            await #expect(throws: Refusal.invalidToken) {
                try await installation.service.resetPassword(
                    proof, new: Password(Installation.newPassword), from: other, in: tenant)
            }
        }
        await #expect {
            try await installation.service.verifyEmail(letter.proofByToken, from: other, in: tenant)
        } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        for _ in 0..<4 {
            try await installation.reset(try await installation.laterLetter(in: tenant).proofByToken, in: tenant)
            try await installation.letters()
        }
    }
}

extension Installation {
    /// A mail to reset the password, asked for from elsewhere.
    fileprivate func laterLetter(in tenant: ServedTenant) async throws -> Letter {
        try await service.requestMail.passwordReset(
            to: EmailAddress("ada@example.com"),
            from: ClientInfo(address: "198.51.100.\(Int.random(in: 1..<255))", userAgent: nil), in: tenant)
        return try await letter()
    }
}
