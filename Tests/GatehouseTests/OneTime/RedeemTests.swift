import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// A mailed token, or a code, is good once, for one thing, in one tenant, for a while. Asked of the one that resets a password.
@Suite("Redeeming of one-time tokens", .installation, .timeLimit(.minutes(3))) struct RedeemTests {
    enum Form: CaseIterable, Sendable {
        case token, code

        func proof(of letter: Letter) throws -> OneTimeProof {
            try self == .token ? letter.proofByToken : letter.proofByCode
        }
    }

    @Test("Of 50 who present it at once one is let in", arguments: Form.allCases)
    func onlyOnce(form: Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let proof = try form.proof(of: try await installation.resetLetter(in: tenant))
        let results = await withTaskGroup(of: Result<Void, any Error>.self) { group in
            for number in 0..<50 {
                group.addTask {
                    do {
                        return .success(
                            try await installation.reset(proof, to: "lintel-Quasar\(number)-otter", in: tenant))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { (try? $0.get()) != nil } == 1)
        for case .failure(let error) in results { #expect(error as? Refusal == .invalidToken, "\(error)") }
        #expect(try await installation.tokenCount() == 0)
    }

    @Test("A code stands five guesses and no more, however many come at once", arguments: [0, 4, 5, 50])
    func guesses(wrong: Int) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        let guess = OneTimeProof.code(
            try #require(letter.code).first == "0" ? "10000000" : "00000000", email: "ADA@example.com ")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<wrong {
                group.addTask {
                    await #expect(throws: Refusal.invalidToken) { try await installation.reset(guess, in: tenant) }
                }
            }
        }
        if wrong < 5 {
            try await installation.reset(try letter.proofByCode, in: tenant)
        } else {
            await #expect(throws: Refusal.invalidToken) {
                try await installation.reset(try letter.proofByCode, in: tenant)
            }
            // Guessing at the code takes nothing from who has the link.
            try await installation.reset(try letter.proofByToken, in: tenant)
        }
    }

    @Test("It is over when its time is: a code's before that of the link beside it")
    func expiry() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        try await installation.asSuperuser(
            """
            do $$ begin
                assert (select expires_at <= now() + interval '60 min' and code_expires_at <= now() + interval '10 min'
                    from one_time_tokens);
            end $$;
            update one_time_tokens set code_expires_at = now();
            """)
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(try letter.proofByCode, in: tenant) }
        try await installation.asSuperuser("update one_time_tokens set expires_at = now()")
        await #expect(throws: Refusal.invalidToken) {
            try await installation.reset(try letter.proofByToken, in: tenant)
        }
        try await installation.asSuperuser("update one_time_tokens set expires_at = now() + interval '1 min'")
        try await installation.reset(try letter.proofByToken, in: tenant)
    }

    @Test(
        "It is nothing for another purpose or in another tenant, where the same address is somebody else's",
        arguments: Form.allCases)
    func elsewhere(form: Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = form == .token ? .link : .code }
        let other = try await installation.tenant("blog")
        let session = try await installation.register(in: tenant)
        _ = try await installation.register(in: other)
        let proof = try form.proof(of: try await installation.resetLetter(in: tenant))
        let (service, client) = (installation.service, Installation.client)
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(proof, in: other) }
        await #expect(throws: Refusal.invalidToken) { try await service.verifyEmail(proof, from: client, in: tenant) }
        await #expect(throws: Refusal.invalidToken) { try await service.confirmEmail(proof, from: client, in: tenant) }
        await #expect(throws: Refusal.invalidToken) {
            try await service.logInByMail(proof, deviceToken: nil, from: client, in: tenant)
        }
        if case .token(let text) = proof {
            await #expect(throws: Refusal.invalidToken) {
                try await service.undoEmailChange(token: text, from: client, in: tenant)
            }
            // The purpose that its prefix names makes it no other one's.
            for prefix in OneTimePurpose.allCases.map(\.prefix) where prefix != "rst_" {
                await #expect(throws: Refusal.invalidToken) {
                    try await installation.reset(.token(prefix + text.dropFirst(4)), in: tenant)
                }
            }
        }
        #expect(try await installation.isAlive(session, in: tenant))
        try await installation.reset(proof, in: tenant)
    }

    @Test("What is forged or malformed is refused")
    func forged() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        let (token, code) = (try #require(letter.token), try #require(letter.code))
        let hash = try #require(installation.secrets.tokenHash(of: token))
        let proofs: [OneTimeProof] = [
            .token(""), .token("rst_"), .token(token + "A"), .token(String(token.dropLast())), .token(code),
            .token("rst_" + Base64URL.encode(hash)), .token(token.uppercased()), .token(" \(token)"),
            .code("", email: "ada@example.com"), .code(String(code.dropLast()), email: "ada@example.com"),
            .code(code, email: "eve@example.com"), .code(code, email: ""),
            .code(token, email: "ada@example.com"),
        ]
        for proof in proofs {
            await #expect(throws: Refusal.invalidToken, "\(proof)") { try await installation.reset(proof, in: tenant) }
        }
        try await installation.reset(.token(token), in: tenant)
    }

    @Test("A newer mail makes the older one's worthless", arguments: Form.allCases)
    func newer(form: Form) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let old = try form.proof(of: try await installation.resetLetter(in: tenant))
        let new = try form.proof(of: try await installation.resetLetter(in: tenant))
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(old, in: tenant) }
        try await installation.reset(new, in: tenant)
    }

    @Test("A weak password leaves the token good, and costs a code one of its guesses")
    func weakPassword() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        for _ in 0..<5 {
            await #expect(throws: (any Error).self) {
                try await installation.reset(try letter.proofByCode, to: "password1", in: tenant)
            }
        }
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(try letter.proofByCode, in: tenant) }
        await #expect { try await installation.reset(try letter.proofByToken, to: "short", in: tenant) } throws: {
            ($0 as? Refusal)?.code == "weak_password"
        }
        try await installation.reset(try letter.proofByToken, in: tenant)
    }
}
