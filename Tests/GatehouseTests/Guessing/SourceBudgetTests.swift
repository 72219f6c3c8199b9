import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// What addresses may fail, and register, however many accounts they do it with.
@Suite(.installation) struct SourceBudgetTests {
    @Test("A source that has used its budget up is refused without a question to the database", .timeLimit(.minutes(1)))
    func spentSource() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=off,source=2/15m"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for _ in 0..<2 { await installation.failToLogIn("nobody@example.com", in: tenant) }
        let keeper = try await Connection.open(installation.database.superuserURL)
        try await keeper.script("begin; lock table users, guess_counters, tenants in access exclusive mode")
        for _ in 0..<3 {
            do {
                _ = try await installation.logIn(in: tenant)
                Issue.record("a sign-in")
            } catch Refusal.tooManyAttempts(let seconds) {
                #expect((890...900).contains(seconds))
            }
        }
        await keeper.close()
    }

    @Test("A source that fails or registers too often is refused by the service")
    func sourceAndRegister() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=off,source=3/15m,register=2/1h"))
        let tenant = try await installation.tenant()
        for number in 0..<2 { _ = try await installation.register("u\(number)@example.com", in: tenant) }
        await #expect { try await installation.register(in: tenant) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        for number in 0..<3 {
            await #expect(throws: Refusal.invalidCredentials) {
                try await installation.logIn("n\(number)@example.com", password: "wrong", in: tenant)
            }
        }
        await #expect { try await installation.logIn("u0@example.com", in: tenant) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
    }

    @Test("A source that fails on many accounts is refused; an IPv6 source is its /64")
    func source() throws {
        let counter = SourceCounter(GuessBudget(failures: 2, window: .seconds(60)))
        let now = ContinuousClock.now
        try counter.count(SourceAddress("2001:db8::1"), now: now)
        try counter.count(SourceAddress("2001:db8::ffff:2"), now: now)
        #expect(throws: Refusal.tooManyAttempts(retryAfter: 50)) {
            try counter.count(SourceAddress("2001:db8:0:0:1::"), now: now + .seconds(10))
        }
        try counter.count(SourceAddress("2001:db8:0:1::1"), now: now)
        try counter.count(SourceAddress("192.0.2.1"), now: now)
        try counter.count(SourceAddress("2001:db8::1"), now: now + .seconds(60))
    }
}
