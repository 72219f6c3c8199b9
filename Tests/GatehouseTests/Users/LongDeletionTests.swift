import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite("Deletions that take long", .installation) struct LongDeletionTests {
    @Test("What a user has very many of may take longer than any other statement", .timeLimit(.minutes(1)))
    func many() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let signedIn = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
        _ = try await installation.register("bob@example.com", in: tenant)
        try await installation.asSuperuser(
            """
            create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(4); return null; end $$;
            create trigger linger before update on audit_events for each statement execute function linger();
            """)
        let service = installation.service.deleteAccount
        let servicePool = Pool(PoolConfiguration(installation.database.serviceURL, statementDeadline: .seconds(3)))
        let hurried = DeleteAccount(
            database: Database(pool: servicePool), currentPassword: service.currentPassword, trail: service.trail)
        try await hurried(
            current: Password(Installation.password), of: signedIn, from: Installation.client, in: tenant)
        await servicePool.close()

        let ownerPool = Pool(PoolConfiguration(installation.database.ownerURL, statementDeadline: .seconds(3)))
        _ = try await installation.administration(pool: ownerPool).deleteUser(tenant: "shop", user: "bob@example.com")
        await ownerPool.close()

        #expect(try await installation.rowCount("users") == 0)
        #expect(try await installation.events().allSatisfy { $0.address == nil && $0.userAgent == nil })
    }

    @Test("Sessions and events share what a deletion may take", .timeLimit(.minutes(1)))
    func patience() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id
        let user = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com").id
        try await installation.asSuperuser(
            """
            create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return null; end $$;
            create trigger linger before delete on users for each statement execute function linger();
            create trigger linger before update on audit_events for each statement execute function linger();
            """)
        await #expect(throws: PostgresError.timeout(.statement)) {
            try await installation.administration.database.transaction(in: tenant) { transaction in
                try await DeletionStatements.erase(user, of: tenant, in: transaction, within: .seconds(3))
            }
        }
        #expect(try await installation.rowCount("users") == 1)
    }

    @Test(
        "However long an operator's deletion takes, what is about that user waits for it, and no other administration does",
        .timeLimit(.minutes(1)))
    func besideOthers() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant).sessionID.uuidString
        _ = try await installation.register("bob@example.com", in: tenant)
        try await installation.asSuperuser(
            """
            update users set username = 'ada' where email = 'ada@example.com';
            insert into mails (tenant_id, id, user_id, kind, recipient, failed_at)
                select tenant_id, gen_random_uuid(), id, 'password_changed', email, now() from users;
            create function linger() returns trigger language plpgsql as $$
                begin perform pg_advisory_xact_lock(1); return null; end $$;
            create trigger linger before update on audit_events for each statement execute function linger();
            """)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("select pg_advisory_lock(1)")
        // Of which one tenant takes no more than a share.
        let pool = Pool(PoolConfiguration(installation.database.ownerURL, size: 20, statementDeadline: .seconds(60)))
        let office = installation.administration(pool: pool)
        let user = "ada@example.com"
        let deletion = Task { try await office.deleteUser(tenant: "shop", user: user) }
        try await installation.waitForLocks(1)
        let commands: [@Sendable () async throws -> Void] = [
            { _ = try await office.disableUser(tenant: "shop", user: user) },
            { _ = try await office.enableUser(tenant: "shop", user: user) },
            { _ = try await office.setClaims(tenant: "shop", user: user, json: "{}") },
            { _ = try await office.revokeAllSessions(tenant: "shop", user: user) },
        ]
        let waiting = commands.map { command in Task { try await command() } }
        let revocation = Task { try await office.revokeSession(tenant: "shop", id: session) }
        let creation = Task { try await office.createUser(tenant: "shop", email: user) }
        let imported = Task {
            try await office.importUsers(
                of: UserFile(ByteInput(#"{"email":"eve@example.com","username":"ada"}"#), format: .jsonl), into: "shop",
                dryRun: false)
        }
        try await installation.waitForLocks(8)
        #expect(try await !office.disableUser(tenant: "shop", user: "bob@example.com").isEnabled)
        #expect(try await office.retryMail(tenant: "shop", mail: nil).map(\.recipient) == ["bob@example.com"])
        _ = try await office.rotateKeys(tenant: "shop", use: .access, emergency: true, force: false)
        #expect(try await installation.rowCount("users") == 2)
        await holder.close()
        let gone = try await deletion.value
        #expect(gone.email == user)
        for command in waiting { await #expect(throws: Refusal.userNotFound) { try await command.value } }
        await #expect(throws: Refusal.sessionNotFound) { try await revocation.value }
        #expect(try await creation.value.id != gone.id)
        #expect(try await imported.value.imported == 1)
        #expect(try await installation.rowCount("users") == 3)
        await pool.close()
    }
}
