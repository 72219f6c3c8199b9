import FoundationEssentials
import Testing

@testable import Gatehouse

/// Devices that have signed in with a password that isn't the user's any more.
@Suite(.installation) struct EarlierPasswordDeviceTests {
    @Test(
        "After a change or a reset of the password strangers keep the owner's devices out no more than before; each is known anew then",
        arguments: [false, true])
    func newPassword(byMail: Bool) async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        if byMail {
            try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
        } else {
            try await installation.changePassword(by: owner, in: tenant)
        }
        await installation.fail(from: nil, in: tenant)
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.logIn(password: Installation.newPassword, in: tenant)
        }
        let again = try await installation.logIn(
            password: Installation.newPassword, from: owner.deviceToken, in: tenant)
        #expect(try await installation.events().last?.detail["device_recognised"] == false)
        #expect(try again.deviceID != owner.deviceID)
        let known = try await installation.logIn(
            password: Installation.newPassword, from: again.deviceToken, in: tenant)
        #expect(try await installation.events().last?.detail["device_recognised"] == true)
        #expect(try known.deviceID == again.deviceID)
    }

    @Test("A device that goes on with the old password leaves the budgets of account and source alone for ten failures")
    func oldPassword() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=1/15m"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        try await installation.changePassword(by: owner, in: tenant)
        for _ in 0..<10 { await installation.fail(Installation.password, from: owner.deviceToken, in: tenant) }
        try await installation.delayNextAttempt()
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
        await installation.fail(Installation.password, from: owner.deviceToken, in: tenant)
        try await installation.delayNextAttempt()
        for token in [owner.deviceToken, nil] {
            await #expect { try await installation.logIn(from: token, in: tenant) } throws: {
                ($0 as? Refusal)?.code == "too_many_attempts"
            }
        }
    }

    @Test("Tokens from before the password have one device's budget together, however many and of whichever password")
    func stale() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=1/15m,device=2/15m,source=off"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        var tokens = [owner.deviceToken]
        tokens.append(try await installation.logIn(in: tenant).deviceToken)
        try await installation.changePassword(by: owner, in: tenant)
        tokens.append(try await installation.logIn(password: Installation.newPassword, in: tenant).deviceToken)
        try await installation.changePassword(
            from: Installation.newPassword, to: Installation.password, by: owner, in: tenant)
        for token in tokens.suffix(2) { await installation.fail(from: token, in: tenant) }
        try await installation.delayNextAttempt()
        // From here on it is the account's budget.
        await installation.fail(from: tokens[0], in: tenant)
        try await installation.delayNextAttempt()
        for token in tokens {
            await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
                try await installation.logIn(from: token, in: tenant)
            }
        }
    }

    @Test("Where devices have no budget, those from before the password have the account's")
    func staleWithoutBudget() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=1/15m,device=off,source=off"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        try await installation.changePassword(by: owner, in: tenant)
        await installation.fail(from: owner.deviceToken, in: tenant)
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.logIn(
                password: Installation.newPassword, from: owner.deviceToken, in: tenant)
        }
    }
}
