import FoundationEssentials
import Mail
import TestSupport
import Testing

@testable import Gatehouse

/// What wrong codes cost: those who guess, those whose code it is, and the database.
@Suite("Guesses at mailed codes", .installation) struct GuessedCodeTests {
    private func logIn(
        _ proof: OneTimeProof, device: String? = nil, in tenant: ServedTenant, _ installation: Installation
    ) async throws -> IssuedSession {
        try await installation.service.logInByMail(
            proof, deviceToken: device, from: Installation.client, in: tenant)
    }

    private func guess(at letter: Letter) throws -> OneTimeProof {
        .code(try #require(letter.code).first == "0" ? "10000000" : "00000000", email: letter.recipient)
    }

    /// A user of a tenant that signs in by codes, with the token of a device of theirs and a mail that has come.
    private func mailed(
        limits: String
    ) async throws -> (installation: Installation, tenant: ServedTenant, device: String, letter: Letter) {
        let installation = try await Installation.make(limits: GuessLimits(parsing: limits))
        let tenant = try await installation.tenant { $0.emailLogin = .code }
        let device = try #require(try await installation.register(in: tenant).deviceToken)
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        return (installation, tenant, device, try await installation.letter())
    }

    @Test("Five wrong codes from elsewhere keep a device of the owner's out of nothing, and every other one")
    func ownersDevice() async throws {
        let (installation, tenant, device, letter) = try await mailed(limits: "source=off")
        let stranger = try #require(try await installation.register("bob@example.com", in: tenant).deviceToken)
        for _ in 0..<5 {
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(guess(at: letter), in: tenant, installation)
            }
        }
        for other in [nil, stranger] {
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(letter.proofByCode, device: other, in: tenant, installation)
            }
        }
        _ = try await logIn(letter.proofByCode, device: device, in: tenant, installation)
        await #expect(throws: Refusal.invalidToken) {
            try await logIn(letter.proofByCode, device: device, in: tenant, installation)
        }
    }

    @Test("A device's wrong codes use up its own budget, and none of the five")
    func ownBudget() async throws {
        let (installation, tenant, device, letter) = try await mailed(limits: "device=7/15m,source=off")
        for _ in 0..<7 {
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(guess(at: letter), device: device, in: tenant, installation)
            }
        }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await logIn(letter.proofByCode, device: device, in: tenant, installation)
        }
        _ = try await logIn(letter.proofByCode, in: tenant, installation)
    }

    @Test("However many devices somebody has, a code stands five devices' budgets of guesses, and five more")
    func manyDevices() async throws {
        let (installation, tenant, first, letter) = try await mailed(limits: "account=off,device=1/15m,source=off")
        var devices = [first]
        for _ in 0..<10 { devices.append(try #require(try await installation.logIn(in: tenant).deviceToken)) }
        let wrong = try guess(at: letter)
        for device in devices.prefix(5) {
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(wrong, device: device, in: tenant, installation)
            }
        }
        #expect(try await installation.rowCount("one_time_tokens where guesses_left = 5") == 1)
        try await installation.delayNextAttempt()
        for device in devices[5..<10] {
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(wrong, device: device, in: tenant, installation)
            }
        }
        #expect(try await installation.rowCount("one_time_tokens where guesses_left = 0") == 1)
        await #expect(throws: Refusal.invalidToken) {
            try await logIn(letter.proofByCode, device: devices[10], in: tenant, installation)
        }
    }

    @Test("A device from before the password takes of the five, and nothing of the account's budget")
    func earlierPassword() async throws {
        let (installation, tenant, device, _) = try await mailed(limits: "account=1/15m,source=off")
        try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        let letter = try #require(try await installation.letters().first { $0.code != nil })
        await #expect(throws: Refusal.invalidToken) {
            try await logIn(guess(at: letter), device: device, in: tenant, installation)
        }
        #expect(try await installation.rowCount("one_time_tokens where guesses_left = 4") == 1)
        try await installation.delayNextAttempt()
        _ = try await logIn(letter.proofByCode, device: device, in: tenant, installation)
        #expect(try await installation.events().last?.detail["device_recognised"] == false)
    }

    @Test("Where devices have no budget, a code stands five guesses of theirs as of anybody")
    func noBudget() async throws {
        let (installation, tenant, device, letter) = try await mailed(limits: "device=off,source=off")
        for _ in 0..<5 {
            await #expect(throws: Refusal.invalidToken) {
                try await logIn(guess(at: letter), device: device, in: tenant, installation)
            }
        }
        await #expect(throws: Refusal.invalidToken) {
            try await logIn(letter.proofByCode, device: device, in: tenant, installation)
        }
    }

    @Test("A code to sign in with that others have used up before it came is sent all the same")
    func usedUpEarly() async throws {
        let (installation, tenant, device, _) = try await mailed(limits: "source=off")
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        let mailroom = Mailroom()
        mailroom.refuse(.lost)
        try await installation.deliverer(to: mailroom).sendAllDue()
        try await installation.asSuperuser("update one_time_tokens set guesses_left = 0")
        try await installation.makeDue()
        let letter = try await installation.letter()
        _ = try await logIn(letter.proofByCode, device: device, in: tenant, installation)
    }

    @Test("No wrong code waits for the disk, which would tell that there is one; what a right one does is durable")
    func unflushed() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await installation.asSuperuser(
            """
            create function judge_commit() returns trigger language plpgsql as $$
            begin
                if (current_setting('synchronous_commit') = 'off') <> (tg_op = 'UPDATE') then
                    raise exception 'a commit of another kind';
                end if;
                return coalesce(new, old);
            end
            $$;
            create trigger judge_commit before update or delete on one_time_tokens
                for each row execute function judge_commit()
            """)
        try await installation.service.changeEmail(
            to: EmailAddress("new@example.com"), current: Password(Installation.password),
            of: try await installation.signedIn(session, in: tenant), from: Installation.client, in: tenant)
        let change = try await installation.letter()
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.confirmEmail(guess(at: change), from: Installation.client, in: tenant)
        }
        try await installation.service.confirmEmail(change.proofByCode, from: Installation.client, in: tenant)
        try await installation.letters()
        let reset = try await installation.resetLetter("new@example.com", in: tenant)
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(guess(at: reset), in: tenant) }
        try await installation.reset(reset.proofByCode, in: tenant)
    }
}
