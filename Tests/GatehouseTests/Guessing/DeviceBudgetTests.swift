import Testing

@testable import Gatehouse

/// What a device's failures are counted against.
@Suite(.installation) struct DeviceBudgetTests {
    @Test("A device's own failures use up its own budget, which a renewed token doesn't refill, and nobody else's")
    func ownBudget() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: RecognisedDeviceTests.limits))
        let tenant = try await installation.tenant()
        let first = try #require(try await installation.register(in: tenant).deviceToken)
        let second = try #require(try await installation.logIn(in: tenant).deviceToken)
        let renewed = try #require(try await installation.logIn(from: first, in: tenant).deviceToken)
        for token in [first, renewed] {
            await #expect(throws: Refusal.invalidCredentials) {
                try await installation.logIn(password: "wrong", from: token, in: tenant)
            }
        }
        try await installation.delayNextAttempt()
        await #expect { try await installation.logIn(from: renewed, in: tenant) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        _ = try await installation.logIn(from: second, in: tenant)
        _ = try await installation.logIn(in: tenant)
    }

    @Test("However many devices somebody has, they have five devices' budgets together, and then pay as strangers do")
    func together() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=2/15m,device=2/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        var devices: [String] = []
        for _ in 0..<8 { devices.append(try #require(try await installation.logIn(in: tenant).deviceToken)) }
        for device in devices.prefix(5) {
            for _ in 0..<2 { await installation.fail(from: device, in: tenant) }
        }
        try await installation.delayNextAttempt()
        // From here on it is the account's budget, which a right password is given back to as well.
        await installation.fail(from: devices[5], in: tenant)
        _ = try await installation.logIn(from: devices[5], in: tenant)
        await installation.fail(from: devices[6], in: tenant)
        try await installation.delayNextAttempt()
        for device in devices.suffix(3) {
            await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
                try await installation.logIn(from: device, in: tenant)
            }
        }
        // What was refused has cost the last of them nothing of its own budget.
        #expect(try await installation.rowCount("guess_counters where failures = 0") == 1)
    }

    @Test("Many sign-ins from one device at once are all let in, and all given back")
    func atOnce() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "device=100/15m"))
        let tenant = try await installation.tenant()
        let token = try await installation.register(in: tenant).deviceToken
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await installation.logIn(from: token, in: tenant) } }
            try await group.waitForAll()
        }
        #expect(try await installation.rowCount("guess_counters") == 2)
        #expect(try await installation.rowCount("guess_counters where failures = 0") == 2)
    }
}
