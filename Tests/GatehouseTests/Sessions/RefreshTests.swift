import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite(.installation) struct RefreshTests {
    @Test("A thousand concurrent refreshes of one token, at two instances, yield one successor")
    func concurrentRefreshes() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let instances = [installation, installation.onAnotherInstance()]
        // Of more than these some would be refused: only so many may wait for the database.
        let atOnce = 400
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            var answers: Set<String> = []
            for number in 0..<1000 {
                if number >= atOnce, let answer = try await group.next() { answers.insert(answer) }
                group.addTask {
                    try await instances[number % 2].refresh(session.refreshToken, in: tenant).refreshToken
                }
            }
            return try await group.reduce(into: answers) { $0.insert($1) }
        }
        #expect(answers.count == 1)
        #expect(answers.first != session.refreshToken)
    }

    @Test("The previous token within the grace gets the same successor, byte for byte")
    func lostResponse() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let first = try await installation.refresh(session.refreshToken, in: tenant)
        let again = try await installation.refresh(session.refreshToken, in: tenant)
        #expect(again.refreshToken == first.refreshToken)
    }

    @Test("The previous token after the grace is reuse: the session ends and it is recorded")
    func replayAfterGrace() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let successor = try await installation.refresh(session.refreshToken, in: tenant)
        try await installation.age(session, by: 61, in: tenant)
        await #expect(throws: Refusal.refreshTokenReused) {
            try await installation.refresh(session.refreshToken, in: tenant)
        }
        for token in [successor.refreshToken, session.refreshToken] {
            await #expect(throws: Refusal.sessionEnded) { try await installation.refresh(token, in: tenant) }
        }
        await #expect(throws: Refusal.sessionEnded) {
            try await installation.service.authenticate(successor.accessToken, in: tenant)
        }
        #expect(try await installation.auditTypes(in: tenant).contains("refresh.reuse_detected"))
    }

    @Test("The grace is judged by the database's clock, whatever the instance's says", arguments: [120.0, -120])
    func wrongClock(seconds: Double) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let instance = installation.onAnotherInstance(clock: Clock { Date().addingTimeInterval(seconds) })
        let first = try await instance.refresh(session.refreshToken, in: tenant)
        let again = try await instance.refresh(session.refreshToken, in: tenant)
        #expect(again.refreshToken == first.refreshToken)
        try await installation.age(session, by: 61, in: tenant)
        await #expect(throws: Refusal.refreshTokenReused) {
            try await instance.refresh(session.refreshToken, in: tenant)
        }
    }

    @Test("Two generations back is reuse even within the grace")
    func twoGenerationsBack() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let second = try await installation.refresh(session.refreshToken, in: tenant)
        _ = try await installation.refresh(second.refreshToken, in: tenant)
        await #expect(throws: Refusal.refreshTokenReused) {
            try await installation.refresh(session.refreshToken, in: tenant)
        }
    }

    @Test("Under until_used the previous token is answered after the grace, and recorded up to 60 times an hour")
    func untilUsed() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.reusePolicy = .untilUsed }
        let session = try await installation.register(in: tenant)
        let successor = try await installation.refresh(session.refreshToken, in: tenant)
        try await installation.age(session, by: 61, in: tenant)
        let other = try await installation.logIn(in: tenant)
        _ = try await installation.refresh(other.refreshToken, in: tenant)
        try await installation.age(other, by: 61, in: tenant)
        func present(_ session: IssuedSession, recording events: Int) async throws {
            for _ in 0..<3 {
                let late = try await installation.refresh(session.refreshToken, in: tenant)
                #expect(try generation(of: late) == generation(of: successor))
            }
            let types = try await installation.auditTypes(in: tenant)
            #expect(types.count { $0 == "refresh.repeated_after_grace" } == events)
        }
        try await present(session, recording: 3)
        try await installation.asSuperuser("update guess_counters set failures = 59")
        try await present(session, recording: 4)
        try await present(other, recording: 7)
        try await installation.asSuperuser("update guess_counters set window_ends_at = now()")
        try await present(session, recording: 10)
    }

    @Test("A generation that was never issued is an invalid token and ends nothing")
    func restoredBackup() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let forged = try tenant.forged(session.refreshToken) { $0.generation += 1 }
        for _ in 0..<3 {
            await #expect(throws: Refusal.invalidToken) { try await installation.refresh(forged, in: tenant) }
        }
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        #expect(try await installation.auditTypes(in: tenant).count { $0 == "refresh.unknown_generation" } == 3)
    }

    @Test("A session that idles too long has expired; rotation never moves its absolute end")
    func expiry() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant {
            $0.refreshTTL = .seconds(100)
            $0.sessionMaxAge = .seconds(150)
        }
        let session = try await installation.register(in: tenant)
        try await installation.age(session, by: 90, in: tenant)
        let successor = try await installation.refresh(session.refreshToken, in: tenant)
        #expect(successor.refreshExpiresIn <= 60)
        try await installation.age(session, by: 60, in: tenant)
        await #expect(throws: Refusal.tokenExpired) {
            try await installation.refresh(successor.refreshToken, in: tenant)
        }
    }

    @Test("A token of one tenant is nothing in another")
    func otherTenant() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let session = try await installation.register(in: shop)
        _ = try await installation.register(in: blog)
        await #expect(throws: Refusal.invalidToken) { try await installation.refresh(session.refreshToken, in: blog) }
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.authenticate(session.accessToken, in: blog)
        }
    }

    private func generation(of session: IssuedSession) throws -> Int {
        try RefreshClaims(payload: CompactJWS.parse(session.refreshToken).payload).generation
    }
}

extension Installation {
    /// The types of what has been recorded for a tenant.
    func auditTypes(in tenant: ServedTenant) async throws -> [String] {
        let types = Statement<UUID, String>(
            "select type from audit_events where tenant_id = $1 order by id", bind: { $0 },
            row: { (type: String) in type })
        return try await serviceDatabase.query(types, tenant.tenant.id, in: tenant.tenant.id)
    }
}
