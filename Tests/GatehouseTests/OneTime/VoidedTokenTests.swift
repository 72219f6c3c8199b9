import FoundationEssentials
import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// What changes the account makes worthless what was mailed before, and what is still to be mailed.
@Suite("Voided one-time tokens", .installation) struct VoidedTokenTests {
    /// What is done to the account by its owner or by an operator.
    enum Change: CaseIterable, Sendable {
        case password, disabled, tenantDisabled, deleted, reset

        func callAsFunction(_ signedIn: SignedIn, in tenant: ServedTenant, _ installation: Installation) async throws {
            let client = Installation.client
            switch self {
            case .password:
                try await installation.service.changePassword(
                    current: Password(Installation.password), new: Password(Installation.newPassword), of: signedIn,
                    from: client, in: tenant)
            case .disabled:
                _ = try await installation.administration.disableUser(tenant: "shop", user: "ada@example.com")
            case .tenantDisabled: _ = try await installation.administration.disableTenant("shop")
            case .deleted:
                try await installation.service.deleteAccount(
                    current: Password(Installation.password), of: signedIn, from: client, in: tenant)
            case .reset:
                try await installation.service.requestMail.passwordReset(
                    to: EmailAddress("ada@example.com"), from: client, in: tenant)
                let letter = try await installation.letters().first { $0.token?.hasPrefix("rst_") == true }
                try await installation.reset(try #require(letter).proofByToken, in: tenant)
            }
        }
    }

    @Test(
        "A change of the account voids what was mailed before it, and what is queued isn't sent",
        arguments: Change.allCases)
    func voids(change: Change) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.mailFrom = "no-reply@shop.example" }
        let session = try await installation.register(in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        let verification = try await installation.letter()
        let reset = try await installation.resetLetter(in: tenant)
        try await installation.service.changeEmail(
            to: EmailAddress("new@example.com"), current: Password(Installation.password), of: signedIn,
            from: Installation.client, in: tenant)
        try await change(signedIn, in: tenant, installation)
        let expected = change == .tenantDisabled ? Refusal.tenantNotFound : .invalidToken
        for proof in [try reset.proofByToken, try reset.proofByCode] {
            await #expect(throws: expected) { try await installation.reset(proof, in: tenant) }
        }
        await #expect(throws: expected) {
            try await installation.service.verifyEmail(
                verification.proofByToken, from: Installation.client, in: tenant)
        }
        let sent = try await installation.letters()
        #expect(sent.allSatisfy { $0.token == nil && $0.code == nil }, "\(sent)")
    }

    @Test(
        "While it is queued, what brings a token is void by such a change, and what only tells something is not",
        arguments: MailKind.allCases)
    func queued(kind: MailKind) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let user = try #require(try await installation.register(in: tenant).user).id
        try await installation.enqueue(kind, to: "former@example.com", user: user, in: tenant)
        try await installation.enqueue(kind, to: "ADA@example.com", in: tenant)
        try await installation.enqueue(kind, to: "bob@example.com", in: tenant)
        _ = try await installation.administration.disableUser(tenant: "shop", user: "ada@example.com")
        let isVoid = kind.purpose != nil && kind.purpose != .undoEmailChange
        #expect(try await installation.rowCount("mails") == (isVoid ? 1 : 3))
    }

    @Test("What is queued for a user is found through the index, however much waits for others")
    func indexed() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        try await installation.asSuperuser(
            """
            insert into users (tenant_id, id, email) select '\(tenant)', gen_random_uuid(), 'u' || n || '@example.com'
                from generate_series(1, 5000) n;
            insert into mails (tenant_id, id, user_id, kind, recipient)
                select tenant_id, gen_random_uuid(), id, 'password_changed', email from users
            """)
        try await installation.asSuperuser("analyze users, mails")
        let connection = try await Connection.open(installation.database.serviceURL)
        try await connection.script("set plan_cache_mode = force_generic_plan")
        try await connection.script("prepare voiding (uuid, uuid, uuid) as \(OneTimeTokenStatements.void.sql)")
        let explain = Statement<Void, String>(
            "explain (costs off) execute voiding (null, null, null)", bind: { () }, row: { (line: String) in line })
        let plan = try await connection.query(explain, ())
        await connection.close()
        let conditions = zip(plan, plan.dropFirst()).filter { $0.0.contains("mails_user_id") }.map { $0.1 }
        #expect(conditions.count == 2, "\(plan)")
        for bound in ["(user_id = $2)", "(user_id IS NULL)"] {
            #expect(conditions.contains { $0.contains(bound) }, "\(plan)")
        }
    }

    @Test("A user who is enabled again has to ask anew")
    func enabledAgain() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        _ = try await installation.administration.disableUser(tenant: "shop", user: "ada@example.com")
        _ = try await installation.administration.enableUser(tenant: "shop", user: "ada@example.com")
        await #expect(throws: Refusal.invalidToken) {
            try await installation.reset(try letter.proofByToken, in: tenant)
        }
        try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
    }

    @Test("A token that is presented while its user is disabled waits, and lets nobody in", .timeLimit(.minutes(3)))
    func waitsForDisable() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let letter = try await installation.resetLetter(in: tenant)
        let disabling = try await Connection.open(installation.database.superuserURL)
        try await disabling.script("begin; update users set disabled_at = now()")
        let proof = try letter.proofByToken
        let reset = Task { try await installation.reset(proof, in: tenant) }
        try await installation.waitForLocks(1)
        try await disabling.script("commit")
        await #expect(throws: Refusal.invalidToken) { try await reset.value }
        await disabling.close()
        #expect(try await installation.tokenCount() == 1)
    }
}

/// Between the moment a mail is taken from the queue and that in which its token is made, much can happen.
@Suite("Tokens of mails that are overtaken", .installation) struct OvertakenMailTests {
    private func queued(_ kind: MailKind, in tenant: ServedTenant, _ installation: Installation) async throws
        -> QueuedMail
    {
        let id = try await installation.enqueue(kind, in: tenant)
        let mail = try await installation.serviceDatabase.first(
            MailStatements.queued, (tenant.tenant.id, id), in: tenant.tenant.id)
        return try #require(mail)
    }

    private func issue(_ mail: QueuedMail, in tenant: ServedTenant, _ installation: Installation) async throws
        -> IssuedOneTimeToken?
    {
        try await IssueOneTimeToken(
            database: installation.serviceDatabase, secrets: installation.secrets,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        )(
            for: mail, purpose: try #require(mail.kind.purpose), in: tenant.tenant)
    }

    @Test("A mail that was voided while it was on its way gets no token")
    func voided() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let mail = try await queued(.passwordReset, in: tenant, installation)
        try await installation.service.changePassword(
            current: Password(Installation.password), new: Password(Installation.newPassword),
            of: try await installation.signedIn(session, in: tenant), from: Installation.client, in: tenant)
        #expect(try await issue(mail, in: tenant, installation) == nil)
        #expect(try await installation.tokenCount() == 0)
    }

    @Test("A token that was used isn't made again by an instance that had taken the same mail")
    func used() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.register(in: tenant)
        let mail = try await queued(.logIn, in: tenant, installation)
        let token = try #require(try await issue(mail, in: tenant, installation)?.token).text
        #expect(try await issue(mail, in: tenant, installation)?.token?.text == token)
        _ = try await installation.service.logInByMail(
            .token(token), deviceToken: nil, from: Installation.client, in: tenant)
        #expect(try await issue(mail, in: tenant, installation) == nil)
        #expect(try await installation.tokenCount() == 0)
    }

    @Test("A mail goes to the address as its owner gave it")
    func spelling() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register("Ada@example.com", in: tenant)
        #expect(try await installation.resetLetter("aDA@example.com", in: tenant).recipient == "Ada@example.com")
    }
}
