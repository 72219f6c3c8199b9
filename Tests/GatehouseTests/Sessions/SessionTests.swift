import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct SessionTests {
    @Test(
        "Each scope of a logout ends exactly the sessions it names",
        arguments: [
            (LogOutScope.local, [false, true, true]), (.others, [true, false, false]),
            (.global, [false, false, false]),
        ])
    func logOutScopes(scope: LogOutScope, alive: [Bool]) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let sessions = [
            try await installation.register(in: tenant), try await installation.logIn(in: tenant),
            try await installation.logIn(in: tenant),
        ]
        let bystander = try await installation.register("bob@example.com", in: tenant)
        try await installation.service.logOut(
            .refreshToken(sessions[0].refreshToken), scope: scope, from: Installation.client, in: tenant)
        for (session, lives) in zip(sessions, alive) {
            #expect(try await installation.isAlive(session, in: tenant) == lives)
        }
        #expect(try await installation.isAlive(bystander, in: tenant))
    }

    @Test("Logging out with a superseded token or twice is no error")
    func logOutAgain() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        for _ in 0..<2 {
            try await installation.service.logOut(
                .refreshToken(session.refreshToken), scope: .local, from: Installation.client, in: tenant)
        }
        #expect(try await !installation.isAlive(session, in: tenant))
    }

    @Test("A password change ends every other session and keeps this one")
    func passwordChange() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (kept, other) = (try await installation.register(in: tenant), try await installation.logIn(in: tenant))
        let signedIn = try await installation.service.authenticate(kept.accessToken, in: tenant)
        await #expect(throws: Refusal.wrongCurrentPassword) {
            try await installation.service.changePassword(
                current: Password("wrong"), new: Password("another-Lintel92-quasar"), of: signedIn,
                from: Installation.client, in: tenant)
        }
        #expect(try await installation.isAlive(other, in: tenant))
        try await installation.service.changePassword(
            current: Password(Installation.password), new: Password("another-Lintel92-quasar"), of: signedIn,
            from: Installation.client, in: tenant)
        #expect(try await installation.isAlive(kept, in: tenant))
        #expect(try await !installation.isAlive(other, in: tenant))
        await #expect(throws: Refusal.invalidCredentials) { try await installation.logIn(in: tenant) }
        _ = try await installation.logIn(password: "another-Lintel92-quasar", in: tenant)
    }

    @Test("A login that had verified the old password before it was changed gets no session")
    func loginRacingWithPasswordChange() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let id = tenant.tenant.id
        let user = try await installation.service.authenticate(session.accessToken, in: tenant).user
        let before = try #require(
            try await installation.serviceDatabase.first(UserStatements.byID, (id, user.id), in: id))
        let hash = PasswordHash(stored: try #require(before.passwordHash).stored)
        try await installation.serviceDatabase.execute(
            UserStatements.changePassword, (id, user.id, hash), in: id)
        let late = NewSession(tenant: id, id: UUID(), userID: user.id, stamp: Installation.stamp)
        let started = try await installation.serviceDatabase.first(
            SessionStatements.start,
            SessionStatements.Start(
                session: late, name: nil, passwordVersion: before.passwordVersion, deviceIsRecognised: false), in: id)
        #expect(started == nil)
    }

    @Test(
        "A session that begins while its user is being disabled waits, and doesn't come about", .timeLimit(.minutes(1)))
    func startWaitsForDisable() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let user = try #require(try await installation.register(in: tenant).user)
        let id = tenant.tenant.id
        let new = NewSession(tenant: id, id: UUID(), userID: user.id, stamp: Installation.stamp)
        let disabling = try await Connection.open(installation.database.superuserURL)
        try await disabling.script("begin; update users set disabled_at = now() where email = 'ada@example.com'")
        let start = SessionStatements.Start(session: new, name: nil, passwordVersion: 1, deviceIsRecognised: false)
        async let started = installation.serviceDatabase.first(SessionStatements.start, start, in: id)
        try await installation.waitForLocks(1)
        try await disabling.script("commit")
        #expect(try await started == nil)
        await disabling.close()
    }

    @Test("A forged refresh token signs nobody out")
    func logOutForged() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.logOut(
                .refreshToken(session.refreshToken + "A"), scope: .local, from: Installation.client, in: tenant)
        }
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("Of logins racing with a disable none leaves a live session", .timeLimit(.minutes(1)))
    func loginRacingWithDisable() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let user = try #require(try await installation.register(in: tenant).user)
        var opened = 0
        for round in 0..<10 {
            let mayBegin = Flag()
            // In every other round it comes once somebody is in.
            if round.isMultiple(of: 2) { mayBegin.set() }
            async let disabled: Void = disable(user, of: installation, once: mayBegin)
            let sessions = try await withThrowingTaskGroup(of: IssuedSession?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            let session = try await installation.logIn(in: tenant)
                            mayBegin.set()
                            return session
                        } catch Refusal.invalidCredentials {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: [IssuedSession]()) { if let session = $1 { $0.append(session) } }
            }
            try await disabled
            for session in sessions { #expect(try await !installation.isAlive(session, in: tenant)) }
            opened += sessions.count
            _ = try await installation.administration.enableUser(tenant: "shop", user: user.email)
        }
        #expect(opened > 0)
    }

    private func disable(_ user: User, of installation: Installation, once mayBegin: Flag) async throws {
        try await wait { mayBegin.isSet }
        _ = try await installation.administration.disableUser(tenant: "shop", user: user.email)
    }

    @Test("A user lists and ends their own sessions and no one else's")
    func ownSessions() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (first, second) = (try await installation.register(in: tenant), try await installation.logIn(in: tenant))
        let victim = try await installation.register("bob@example.com", in: tenant)
        let signedIn = try await installation.service.authenticate(second.accessToken, in: tenant)
        let listed = try await installation.service.listSessions(of: signedIn, in: tenant)
        #expect(Set(listed.map(\.id)) == [first.sessionID, second.sessionID])
        await #expect(throws: Refusal.sessionNotFound) {
            try await installation.service.endSession(
                victim.sessionID, of: signedIn, from: Installation.client, in: tenant)
        }
        try await installation.service.endSession(first.sessionID, of: signedIn, from: Installation.client, in: tenant)
        #expect(try await !installation.isAlive(first, in: tenant))
        #expect(try await installation.isAlive(victim, in: tenant))
    }
}
