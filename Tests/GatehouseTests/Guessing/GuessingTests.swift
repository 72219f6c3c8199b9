import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite(.installation) struct GuessingTests {
    @Test(
        "After the budget an account answers too many attempts, whether or not it exists", arguments: ["ada", "nobody"])
    func budget(local: String) async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=3/15m,source=off"))
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        for _ in 0..<3 {
            await #expect(throws: Refusal.invalidCredentials) {
                try await installation.logIn("\(local)@example.com", password: "wrong", in: tenant)
            }
        }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.logIn("\(local.uppercased())@example.com", in: tenant)
        }
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("200 parallel guesses get no more evaluations than the budget")
    func parallel() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let start = ContinuousClock.now
        let evaluated = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do {
                        _ = try await installation.logIn(password: "wrong", in: tenant)
                        return true
                    } catch {
                        return error as? Refusal == .invalidCredentials
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        // Ten at once; then one after a second, one two seconds later, and so on, however slow the machine is.
        let delays = sequence(first: 1) { $0 * 2 }.prefix { Duration.seconds($0) <= ContinuousClock.now - start }
        #expect((10...(10 + delays.count { _ in true })).contains(evaluated))
    }

    @Test("The right password is given back: it never uses up the budget")
    func success() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=2/15m,source=2/15m"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for _ in 0..<6 { _ = try await installation.logIn(in: tenant) }
    }

    @Test("An attempt that could not be judged is given back")
    func givenBack() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let guesses = GuessGuard(
            database: installation.serviceDatabase, limits: try GuessLimits(parsing: "account=2/15m,source=2/15m"))
        let account = GuessedAccount(UUID(), in: tenant.tenant.id)
        for _ in 0..<5 {
            let attempt = try await guesses.begin(on: account, from: Installation.client, in: tenant.tenant.id)
            await #expect(throws: Refusal.overloaded(retryAfter: 1)) {
                try await guesses.judging(attempt) { throw Refusal.overloaded(retryAfter: 1) }
            }
        }
    }

    @Test("A right password ends the delay that failures have brought")
    func delayEnds() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        await installation.failToLogIn(in: tenant)
        // As many failures as make the next delay a minute, which isn't over by itself before it is looked at.
        try await installation.asSuperuser("update guess_counters set failures = 7, next_attempt_at = now()")
        _ = try await installation.logIn(in: tenant)
        #expect(try await installation.rowCount("guess_counters where failures = 7 and next_attempt_at <= now()") == 1)
        _ = try await installation.logIn(in: tenant)
    }

    @Test("An account has one budget, whichever instance is asked")
    func instances() async throws {
        let limits = try GuessLimits(parsing: "account=3/15m,source=off")
        let here = try await Installation.make(limits: limits)
        let there = here.onAnotherInstance(limits: limits)
        let tenant = try await here.tenant()
        _ = try await here.register(in: tenant)
        for instance in [here, here, there] { await instance.failToLogIn(in: tenant) }
        try await here.delayNextAttempt()
        for instance in [here, there] {
            await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) { try await instance.logIn(in: tenant) }
        }
    }

    @Test("Email and username of one account share its budget, and a password change counts against it too")
    func oneAccount() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=3/15m,source=off"))
        let tenant = try await installation.tenant()
        let session = try await installation.service.register(
            email: EmailAddress("ada@example.com"), username: Username("ada"), name: nil,
            password: Password(Installation.password), from: Installation.client, in: tenant)
        let signedIn = try await installation.service.authenticate(session.accessToken, in: tenant)
        _ = try? await installation.logIn(password: "wrong", in: tenant)
        _ = try? await installation.service.logIn(
            .username("ADA"), password: Password("wrong"), from: Installation.client, in: tenant)
        for expected in [Refusal.wrongCurrentPassword, .tooManyAttempts(retryAfter: 60)] {
            if case .tooManyAttempts = expected { try await installation.delayNextAttempt() }
            await #expect(throws: expected) {
                try await installation.service.changePassword(
                    current: Password("wrong"), new: Password("another-Lintel92-quasar"), of: signedIn,
                    from: Installation.client, in: tenant)
            }
        }
    }

    @Test("The delay doubles from one second to sixty")
    func delays() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        let budget = try #require(GuessLimits(parsing: "account=1/15m").account)
        let account = GuessedAccount(UUID(), in: tenant.tenant.id)
        let attempt = GuessStatements.Attempt(tenant: tenant.tenant.id, account: account, budget: budget)
        var waits: [Int32] = []
        for _ in 0..<8 {
            // In one transaction no time passes: the wait is the whole delay.
            let wait = try await installation.serviceDatabase.transaction(in: tenant.tenant.id) { transaction in
                #expect(try await transaction.first(GuessStatements.count, attempt) == true)
                return try await transaction.first(GuessStatements.wait, (tenant.tenant.id, account))
            }
            waits.append(try #require(wait))
            try await installation.asSuperuser("update guess_counters set next_attempt_at = now()")
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60])
    }

    @Test("Guesses at a code for a new address and at a password are counted apart, whoever's address it is")
    func newAddresses() {
        let tenant = UUID()
        let new = GuessedAccount(newAddress: TypedEmail(" Ada@example.com"), in: tenant)
        #expect(new == GuessedAccount(newAddress: TypedEmail("ada@example.com"), in: tenant))
        #expect(new != GuessedAccount(nil, orElse: .email(TypedEmail("ada@example.com")), in: tenant))
        #expect(new != GuessedAccount(newAddress: TypedEmail("ada@example.com"), in: UUID()))
    }
}

extension Installation {
    /// Puts the next attempt on every account off for as long as it counts as put off. Who makes one is told to wait a minute, the longest
    /// that anybody is told.
    func delayNextAttempt() async throws {
        try await asSuperuser("update guess_counters set next_attempt_at = now() + interval '110 s'")
    }
}
