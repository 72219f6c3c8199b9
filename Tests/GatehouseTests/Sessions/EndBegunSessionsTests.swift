import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Which sessions end when all of a tenant do: those that had begun, whatever their dates, and none that begins meanwhile.
@Suite(.installation, .timeLimit(.minutes(2))) struct EndBegunSessionsTests {
    @Test("A session that had begun and isn't committed yet is ended with the others")
    func uncommitted() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let signingIn = try await installation.signingIn()
        let revoked = Task { try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) }
        try await installation.waitForLive(0, in: tenant)
        try await signingIn.script("commit")
        #expect(try await revoked.value == 2)
        #expect(try await installation.liveSessions(in: tenant) == 0)
        #expect(try await installation.endings() == [["revoked": 2]])
        await signingIn.close()
    }

    @Test("The session of a sign-in by mail that had begun and waits for its user's row is ended with the others")
    func waitingByMail() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.register(in: tenant)
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        let proof = try await installation.letter().proofByToken
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; select from users for no key update")
        let signingIn = Task {
            try await installation.service.logInByMail(
                proof, deviceToken: nil, from: Installation.client, in: tenant)
        }
        try await installation.waitForLocks(1)
        let revoked = Task { try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) }
        try await installation.waitForLive(0, in: tenant)
        try await holder.script("commit")
        let session = try await signingIn.value
        #expect(try await revoked.value == 2)
        #expect(try await !installation.isAlive(session, in: tenant))
        await holder.close()
    }

    @Test("Sessions dated ahead of the database's clock are ended with the others, and looked for a page at a time")
    func datedAhead() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.addSessions(2499, in: tenant)
        try await installation.asSuperuser(
            """
            update refresh_tokens set created_at = now() + interval '1 h', rotated_at = now() + interval '1 h'
            where id in (select id from refresh_tokens order by id offset 500 limit 1500)
            """)
        let office = installation.administration
        let page = try await office.database.first(
            SessionStatements.datedAhead, (tenant.tenant.id, nil), in: tenant.tenant.id)
        #expect(page?.ids.count == 500 && page?.last == page?.ids.last)
        #expect(try await office.revokeAllSessions(tenant: "shop", user: nil) == 2500)
        #expect(try await installation.liveSessions(in: tenant) == 0)
    }

    @Test("Those that were dated ahead at first are ended also when their time has come; what begins meanwhile stays")
    func overtakenDates() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let sessions = [try await installation.register(in: tenant), try await installation.logIn(in: tenant)]
        try await installation.asSuperuser("update refresh_tokens set created_at = now() + interval '1 h'")
        let holder = try await installation.holding("order by id")
        let ending = Task { try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) }
        // For the first of them, when the command has taken its first look. The second is looked at again afterwards.
        try await installation.waitForLocks(1)
        let later = try await installation.logIn(in: tenant)
        // As if the hour had gone by.
        try await holder.script(
            """
            update refresh_tokens set created_at = clock_timestamp() where created_at > clock_timestamp();
            commit
            """)
        #expect(try await ending.value == 2)
        for session in sessions { #expect(try await !installation.isAlive(session, in: tenant)) }
        #expect(try await installation.isAlive(later, in: tenant))
        await holder.close()
    }

    @Test("One that begins while the command takes its first look stays, whatever its date")
    func begunMeanwhile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; lock table refresh_tokens in access exclusive mode")
        let ending = Task { try await installation.administration.revokeAllSessions(tenant: "shop", user: nil) }
        try await installation.waitForLocks(1)
        try await holder.script(
            """
            insert into refresh_tokens (tenant_id, id, user_id, created_at)
            select tenant_id, gen_random_uuid(), id, clock_timestamp() from users;
            commit
            """)
        #expect(try await ending.value == 1)
        #expect(try await !installation.isAlive(session, in: tenant))
        #expect(try await installation.liveSessions(in: tenant) == 1)
        await holder.close()
    }
}
