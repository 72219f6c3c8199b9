import FoundationEssentials
import TestSupport
import Testing

@testable import Gatehouse

/// What was counted while the database's clock was ahead says a time that is yet to come once it has been set right.
@Suite(.installation) struct SetBackClockTests {
    private func setClockBack(_ installation: Installation, by step: String) async throws {
        try await installation.asSuperuser(
            """
            update guess_counters set window_ends_at = window_ends_at + interval '\(step)',
                next_attempt_at = next_attempt_at + interval '\(step)'
            """)
    }

    @Test("An account that has used its budget up isn't closed for as long as the clock was ahead")
    func account() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        await installation.failToLogIn(in: tenant)
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) { try await installation.logIn(in: tenant) }
        try await setClockBack(installation, by: "1 h")
        _ = try await installation.logIn(in: tenant)
    }

    @Test("A delay is over whose end lies beyond the longest, also while its window goes on")
    func delay() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        await installation.failToLogIn(in: tenant)
        try await installation.asSuperuser(
            """
            update guess_counters set window_ends_at = now() + interval '14 min', next_attempt_at = now() + interval '5 min'
            """)
        _ = try await installation.logIn(in: tenant)
    }

    @Test("Mails that anybody may ask for are sent again")
    func mails() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant()
        func forget(_ times: Int) async throws {
            for _ in 0..<times {
                try await installation.service.requestMail.passwordReset(
                    to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
            }
        }
        try await forget(6)
        #expect(try await installation.rowCount("mails") == 5)
        try await setClockBack(installation, by: "1 d")
        try await forget(1)
        #expect(try await installation.rowCount("mails") == 6)
    }

    @Test("A window that has just begun isn't taken for one of a clock that was ahead, whoever began a moment before")
    func begun() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        await installation.failToLogIn(in: tenant)
        try await installation.asSuperuser(
            """
            update guess_counters set window_ends_at = now() + interval '15 min 55 s', next_attempt_at = now() + interval '110 s'
            """)
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) { try await installation.logIn(in: tenant) }
    }
}
