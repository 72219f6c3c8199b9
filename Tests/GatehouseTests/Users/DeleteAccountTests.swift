import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite("Deletion of accounts", .installation) struct DeleteAccountTests {
    private func delete(
        _ password: String? = Installation.password, by signedIn: SignedIn, in tenant: ServedTenant,
        _ installation: Installation
    ) async throws {
        try await installation.service.deleteAccount(
            current: password.map { try Password($0) }, of: signedIn, from: Installation.client, in: tenant)
    }

    @Test("Everything personal goes, and nothing of anybody else's; the trail keeps what happened, by the user's id")
    func everything() async throws {
        let installation = try await Installation.make(limits: .standard)
        let tenant = try await installation.tenant { $0.mailFrom = "no-reply@shop.example" }
        let session = try await installation.register(in: tenant)
        let bystander = try await installation.register("bob@example.com", in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        try await installation.letters()
        for email in ["ada@example.com", "bob@example.com"] {
            for _ in 0..<2 { await installation.failToLogIn(email, in: tenant) }
            _ = try await installation.resetLetter(email, in: tenant)
        }
        for email in ["ada@example.com", "bob@example.com"] {
            try await installation.service.requestMail.passwordReset(
                to: EmailAddress(email), from: Installation.client, in: tenant)
        }
        await #expect(throws: Refusal.wrongCurrentPassword) {
            try await delete("wrong", by: signedIn, in: tenant, installation)
        }
        try await installation.endFailureHours()
        await installation.failToLogIn("ada@example.com", in: tenant)

        try await delete(by: signedIn, in: tenant, installation)
        #expect(try await !installation.isAlive(session, in: tenant))
        #expect(try await installation.isAlive(bystander, in: tenant))
        for table in ["users", "refresh_tokens", "mails", "failed_attempts"] {
            #expect(try await installation.rowCount(table) == 1, "\(table)")
        }
        #expect(try await installation.tokenCount() == 2)
        let events = try await installation.administration.listEvents(tenant: "shop", type: nil, age: nil, limit: 100)
        let own = events.filter { $0.userID == signedIn.user.id }
        #expect(
            own.reversed().map(\.type) == [
                "user.registered", "login.failed", "user.deletion_failed", "login.failed", "login.failed",
                "user.deleted",
            ])
        #expect(own.allSatisfy { $0.address == nil && $0.userAgent == nil && $0.detail["source"] == nil })
        #expect(own.contains { $0.detail["failures"] == 2 } && own[0].actor == "user")
        let others = events.filter { $0.userID != signedIn.user.id && $0.actor != "tests" }
        #expect(others.count == 2 && others.allSatisfy { $0.address != nil })
        let everything = try await installation.everythingStored()
        #expect(!everything.contains("ada@example.com") && everything.contains("bob@example.com"))
        #expect(try await installation.letters().map(\.recipient) == ["bob@example.com"])
        #expect(try await installation.rowCount("deliveries") == 0)
    }

    @Test("An operator's deletion leaves no more than the user's own")
    func byOperator() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let user = try #require(try await installation.register(in: tenant).user)
        await installation.failToLogIn("ada@example.com", in: tenant)
        try await installation.service.requestMail.passwordReset(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "ada@example.com")
        let events = try await installation.events()
        #expect(events.map(\.type) == ["user.registered", "login.failed"])
        #expect(events.allSatisfy { $0.userID == user.id && $0.address == nil && $0.userAgent == nil })
        #expect(try await !installation.everythingStored().contains("ada@example.com"))
    }

    @Test("Whoever registers the address again is another user")
    func again() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let first = try await installation.register(in: tenant)
        try await delete(by: try await installation.signedIn(first, in: tenant), in: tenant, installation)
        await #expect(throws: Refusal.invalidCredentials) { try await installation.logIn(in: tenant) }
        let second = try await installation.register(in: tenant)
        #expect(first.user?.id != second.user?.id)
        #expect(try await !installation.isAlive(first, in: tenant))
        await #expect(throws: Refusal.sessionEnded) { try await installation.refresh(first.refreshToken, in: tenant) }
    }

    @Test("A wrong password deletes nothing and counts against the account; none is asked for where there is one")
    func wrong() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=2/15m,source=off"))
        let tenant = try await installation.tenant()
        let signedIn = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
        await #expect { try await delete(nil, by: signedIn, in: tenant, installation) } throws: {
            ($0 as? Refusal)?.code == "validation_failed"
        }
        for _ in 0..<2 {
            await #expect(throws: Refusal.wrongCurrentPassword) {
                try await delete("wrong", by: signedIn, in: tenant, installation)
            }
        }
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await delete(by: signedIn, in: tenant, installation)
        }
        #expect(try await installation.rowCount("users") == 1)
    }

    @Test("An account without a password is deleted by a session of the last ten minutes, and by no older one")
    func withoutPassword() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        let session = try await installation.service.logInByMail(
            try await installation.letter().proofByToken, deviceToken: nil, from: Installation.client, in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        await #expect(throws: Refusal.wrongCurrentPassword) {
            try await delete("anything", by: signedIn, in: tenant, installation)
        }
        try await installation.age(session, by: 600, in: tenant)
        await #expect(throws: Refusal.freshSignInNeeded) {
            try await delete(nil, by: signedIn, in: tenant, installation)
        }
        try await installation.age(session, by: -10, in: tenant)
        try await delete(nil, by: signedIn, in: tenant, installation)
        #expect(try await installation.rowCount("users") == 0)
    }

    @Test("A session that has been ended meanwhile deletes nothing")
    func endedMeanwhile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        try await installation.service.logOut(
            .accessToken(session.accessToken), scope: .local, from: Installation.client, in: tenant)
        await #expect(throws: Refusal.sessionEnded) { try await delete(by: signedIn, in: tenant, installation) }
        #expect(try await installation.rowCount("users") == 1)
    }

    @Test("Of two who delete at once one does; a login beside them leaves no session", .timeLimit(.minutes(3)))
    func races() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        for _ in 0..<5 {
            let signedIn = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
            async let first: Void = delete(by: signedIn, in: tenant, installation)
            async let second: Void = delete(by: signedIn, in: tenant, installation)
            async let session = installation.logIn(in: tenant)
            let done = [try? await first, try? await second].count { $0 != nil }
            _ = try? await session
            #expect(done == 1)
            #expect(try await installation.rowCount("users") == 0)
            #expect(try await installation.rowCount("refresh_tokens") == 0)
        }
    }

    @Test("The service can scrub events of users who are gone, and nothing else of the trail")
    func rights() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let (ada, id) = (try await installation.register(in: tenant), tenant.tenant.id)
        let user = try #require(ada.user).id
        #expect(try await installation.serviceDatabase.execute(DeletionStatements.scrubEvents, (id, user), in: id) == 0)
        try await delete(by: try await installation.signedIn(ada, in: tenant), in: tenant, installation)
        let noRight = SQLState.insufficientPrivilege.rawValue
        for (change, reason) in [
            ("address = '192.0.2.66'", noRight), ("user_agent = 'x'", noRight), ("actor = 'eve'", noRight),
            ("detail = '{\"a\":1}'", "audit_events_detail_final"),
        ] {
            let statement = Statement<Void, Void>("update audit_events set \(change)", bind: { () })
            let refusal = try await refusedByServer {
                try await installation.serviceDatabase.execute(statement, (), in: id)
            }
            #expect(refusal?.reason == reason, "\(change)")
        }
    }
}

extension Installation {
    /// Lets the hours be over in which failures are counted.
    fileprivate func endFailureHours() async throws {
        try await asSuperuser("update failed_attempts set window_ends_at = now()")
    }

    /// The text of every row of every table.
    fileprivate func everythingStored() async throws -> String {
        let connection = try await Connection.open(database.superuserURL)
        let dump = Statement<Void, String>(
            """
            select coalesce(string_agg(query_to_xml('select * from ' || c.oid::regclass, true, false, '')::text, ' '), '')
            from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
            """, bind: { () }, row: { (text: String) in text })
        let text = try await connection.first(dump, ())
        await connection.close()
        return text ?? ""
    }
}
