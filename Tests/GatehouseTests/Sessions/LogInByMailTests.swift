import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite("Sign-in by mail", .installation) struct LogInByMailTests {
    private func ask(_ email: String = "ada@example.com", in tenant: ServedTenant, _ installation: Installation)
        async throws
    {
        try await installation.service.requestMail.logIn(
            to: EmailAddress(email), from: Installation.client, in: tenant)
    }

    private func logIn(
        _ proof: OneTimeProof, device: String? = nil, in tenant: ServedTenant, _ installation: Installation
    ) async throws -> IssuedSession {
        try await installation.service.logInByMail(
            proof, deviceToken: device, from: Installation.client, in: tenant)
    }

    @Test(
        "What the tenant's mails hold makes a session once, and verifies the address",
        arguments: [EmailLogin.link, .code])
    func signsIn(kind: EmailLogin) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant {
            $0.emailLogin = kind
            $0.requireVerifiedEmail = true
        }
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        try await ask(in: tenant, installation)
        let letter = try await installation.letter()
        #expect((letter.token != nil) == (kind == .link) && (letter.code != nil) == (kind == .code))
        let proof = try kind == .link ? letter.proofByToken : letter.proofByCode
        let session = try await logIn(proof, in: tenant, installation)
        #expect(session.user?.emailVerified == true && session.deviceToken != nil)
        #expect(try AccessClaims(payload: CompactJWS.parse(session.accessToken).payload).emailVerified)
        #expect(try await installation.isAlive(session, in: tenant))
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        let event = try #require(try await installation.events().last)
        #expect(event.type == "login.succeeded" && event.sessionID == session.sessionID)
        #expect(event.detail["method"] == .string("email_\(kind.rawValue)"))
        await #expect(throws: Refusal.invalidToken) { try await logIn(proof, in: tenant, installation) }
    }

    @Test("The form that the tenant hasn't chosen doesn't work, nor does any once it has switched it off")
    func otherForm() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .code }
        _ = try await installation.register(in: tenant)
        try await ask(in: tenant, installation)
        let code = try await installation.letter()
        for kind in [EmailLogin.link, .off] {
            var change = TenantSettingsChange()
            change.emailLogin = kind
            _ = try await installation.administration.updateTenant("shop", change: change)
            let changed = try await installation.onAnotherInstance().service.directory.tenant(slug: "shop")
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(code.proofByCode, in: changed, installation)
            }
            if kind == .off {
                try await ask(in: changed, installation)
                #expect(try await installation.rowCount("mails") == 0)
            } else {
                try await ask(in: changed, installation)
                let link = try await installation.letter()
                await #expect(throws: Refusal.invalidToken) {
                    try await logIn(link.proofByToken, in: tenant, installation)
                }
            }
        }
    }

    @Test("Of 50 who present it at once one gets a session", arguments: [EmailLogin.link, .code])
    func onlyOnce(kind: EmailLogin) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = kind }
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        try await ask(in: tenant, installation)
        let letter = try await installation.letter()
        let proof = try kind == .link ? letter.proofByToken : letter.proofByCode
        let sessions = await withTaskGroup(of: IssuedSession?.self) { group in
            for _ in 0..<50 { group.addTask { try? await logIn(proof, in: tenant, installation) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sessions.compactMap(\.self).count == 1)
        #expect(try await installation.rowCount("refresh_tokens") == 1)
    }

    @Test("A recognised device guesses at a code on its own budget, and stays the device it is")
    func device() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=1/15m,device=2/15m,source=off"))
        let tenant = try await installation.tenant { $0.emailLogin = .code }
        let known = try await installation.register(in: tenant)
        await installation.failToLogIn("ada@example.com", in: tenant)
        try await installation.delayNextAttempt()
        try await ask(in: tenant, installation)
        let letter = try await installation.letter()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await logIn(letter.proofByCode, in: tenant, installation)
        }
        let session = try await logIn(letter.proofByCode, device: known.deviceToken, in: tenant, installation)
        let device = { (token: String?) in
            try DeviceClaims(payload: CompactJWS.parse(try #require(token)).payload).deviceID
        }
        #expect(try device(session.deviceToken) == device(known.deviceToken))
        #expect(try await installation.events().last?.detail["device_recognised"] == true)
    }

    @Test("A disabled user gets no mail, and one who is disabled after it no session")
    func disabled() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.register(in: tenant)
        try await ask(in: tenant, installation)
        let letter = try await installation.letter()
        try await installation.asSuperuser("update users set disabled_at = now()")
        await #expect(throws: Refusal.invalidToken) { try await logIn(letter.proofByToken, in: tenant, installation) }
        try await ask(in: tenant, installation)
        #expect(try await installation.letters().isEmpty)
    }
}
