import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite("Verification of addresses", .installation) struct VerifyEmailTests {
    @Test(
        "Registering asks for verification where the tenant sends mails, and what was mailed verifies",
        arguments: RedeemTests.Form.allCases)
    func verifies(form: RedeemTests.Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.mailFrom = "no-reply@shop.example" }
        let session = try await installation.register(in: tenant)
        let letter = try await installation.letter()
        #expect(letter.recipient == "ada@example.com")
        #expect(try await !installation.user().emailVerified)
        let proof = try form.proof(of: letter)
        try await installation.service.verifyEmail(proof, from: Installation.client, in: tenant)
        #expect(try await installation.user().emailVerified)
        #expect(try await installation.isAlive(session, in: tenant))
        let refreshed = try await installation.refresh(session.refreshToken, in: tenant)
        #expect(try AccessClaims(payload: CompactJWS.parse(refreshed.accessToken).payload).emailVerified)
        let event = try #require(try await installation.events().last)
        #expect(event.type == "email.verified" && event.userID == session.user?.id)
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.verifyEmail(proof, from: Installation.client, in: tenant)
        }
    }

    @Test("A tenant that sends no mails queues none for who registers")
    func silent() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        #expect(try await installation.rowCount("mails") == 0)
        #expect(try await installation.rowCount("deliveries") == 0)
    }

    @Test("An address that is registered and given up again and again gets five mails, whatever was asked for before")
    func givenUp() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant { $0.mailFrom = "no-reply@shop.example" }
        func ask() async throws {
            try await installation.service.requestMail.verification(
                of: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        }
        for _ in 0..<5 { try await ask() }
        #expect(try await installation.letters().isEmpty)
        var sent = 0
        for email in ["ada@example.com", "ADA@example.com"] + Array(repeating: "Ada@example.com", count: 6) {
            let session = try await installation.register(email, in: tenant)
            sent += try await installation.letters().count
            try await installation.service.deleteAccount(
                current: Password(Installation.password), of: try await installation.signedIn(session, in: tenant),
                from: Installation.client, in: tenant)
        }
        #expect(sent == 5)
        _ = try await installation.register(in: tenant)
        try await ask()
        #expect(try await installation.letters().isEmpty)
        try await installation.asSuperuser("update guess_counters set window_ends_at = now()")
        try await ask()
        #expect(try await installation.letter().recipient == "ada@example.com")
    }

    @Test("It is sent again to who asks by address or is signed in, unless the address is verified or nobody's")
    func again() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let signedIn = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
        let (mails, client) = (installation.service.requestMail, Installation.client)
        try await mails.verification(of: EmailAddress("eve@example.com"), from: client, in: tenant)
        #expect(try await installation.letters().isEmpty)
        try await mails.verification(of: EmailAddress("ada@example.com"), from: client, in: tenant)
        #expect(try await installation.letters().count == 1)
        try await mails.verification(of: signedIn, from: client, in: tenant)
        let letter = try await installation.letter()
        try await installation.service.verifyEmail(letter.proofByCode, from: client, in: tenant)
        try await mails.verification(of: signedIn, from: client, in: tenant)
        #expect(try await installation.letters().isEmpty)
    }
}

@Suite("Tenants that require a verified address", .installation) struct RequiredVerificationTests {
    private func registering(
        _ email: String, username: String? = nil, in tenant: ServedTenant, _ installation: Installation
    ) async throws {
        try await installation.service.register.awaitingVerification(
            email: EmailAddress(email), username: username.map { try Username($0) }, name: nil,
            password: Password(Installation.password), from: Installation.client, in: tenant)
    }

    @Test(
        "Whoever registers gets no session before the address is verified, and is told so only with the right password")
    func noSession() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.requireVerifiedEmail = true }
        try await registering("ada@example.com", in: tenant, installation)
        #expect(try await installation.administration.listSessions(tenant: "shop", user: "ada@example.com").isEmpty)
        let letter = try await installation.letter()
        await #expect(throws: Refusal.emailNotVerified) { try await installation.logIn(in: tenant) }
        await #expect(throws: Refusal.invalidCredentials) {
            try await installation.logIn(password: "wrong", in: tenant)
        }
        try await installation.service.verifyEmail(letter.proofByToken, from: Installation.client, in: tenant)
        #expect(try await installation.logIn(in: tenant).user?.emailVerified == true)
        let events = try await installation.events()
        #expect(
            events.map(\.type) == ["user.registered", "login.failed", "email.verified", "login.succeeded"])
        #expect(events[1].detail["reason"] == "email_not_verified")
    }

    @Test("A known address is answered as a new one is, makes nobody, and its owner is told, a few times")
    func known() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off,register=off"))
        let tenant = try await installation.tenant { $0.requireVerifiedEmail = true }
        try await registering("ada@example.com", in: tenant, installation)
        let first = try await installation.letter()
        let before = try await installation.user()
        for email in ["ada@example.com", "ADA@example.com"] + Array(repeating: "Ada@example.com", count: 6) {
            try await registering(email, in: tenant, installation)
        }
        #expect(try await installation.user() == before)
        #expect(try await installation.rowCount("users") == 1)
        let told = try await installation.letters()
        #expect(told.count == 5 && told.allSatisfy { $0.recipient == "ada@example.com" && $0.token == nil })
        // Whoever wanted the address meanwhile hasn't voided what its owner was sent.
        try await installation.service.verifyEmail(first.proofByToken, from: Installation.client, in: tenant)
        #expect(try await installation.events().map(\.type) == ["user.registered", "email.verified"])
    }

    @Test("An address that is new each time gets five mails that verify it, and each registration makes somebody")
    func newEachTime() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant { $0.requireVerifiedEmail = true }
        var sent = 0
        for _ in 0..<7 {
            try await registering("ada@example.com", in: tenant, installation)
            sent += try await installation.letters().count { $0.token != nil }
            _ = try await installation.administration.deleteUser(tenant: "shop", user: "ada@example.com")
        }
        #expect(sent == 5)
        #expect(try await installation.events().map(\.type) == Array(repeating: "user.registered", count: 7))
    }

    @Test(
        "A username that is taken is refused whether or not the address is known",
        arguments: ["ada@example.com", "eve@example.com"])
    func username(email: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.requireVerifiedEmail = true }
        try await registering("ada@example.com", in: tenant, installation)
        try await registering("bob@example.com", username: "taken", in: tenant, installation)
        try await installation.letters()
        await #expect(throws: Refusal.usernameTaken) {
            try await registering(email, username: "TAKEN", in: tenant, installation)
        }
        #expect(try await installation.rowCount("users") == 2)
        #expect(try await installation.rowCount("mails") == 0)
    }

    @Test("Of many who register one address at once one is made, and all are answered alike")
    func race() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.requireVerifiedEmail = true }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await registering("ada@example.com", in: tenant, installation) } }
            try await group.waitForAll()
        }
        #expect(try await installation.rowCount("users") == 1)
        #expect(try await installation.events().map(\.type) == ["user.registered"])
    }

    @Test("Where registration is closed nobody is made, and nobody is told anything")
    func closed() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.requireVerifiedEmail = true }
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        var change = TenantSettingsChange()
        change.registrationOpen = false
        _ = try await installation.administration.updateTenant("shop", change: change)
        for email in ["ada@example.com", "eve@example.com"] {
            await #expect(throws: Refusal.registrationClosed) { try await registering(email, in: tenant, installation) }
        }
        #expect(try await installation.rowCount("mails") == 0)
        #expect(try await installation.rowCount("users") == 1)
    }
}
