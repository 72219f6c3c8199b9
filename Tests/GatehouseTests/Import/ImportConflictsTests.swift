import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Users of a file who have what others have: in the file, or in the tenant.
@Suite("Conflicts of imported users", .installation) struct ImportConflictsTests {
    @Test("Of two users with the same email, username or id the first is imported, whatever the case and the distance")
    func repeated() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let id = "6f1c0f0e-2b5d-4c55-9d3e-000000000001"
        let others = (0..<ImportBatches.size).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        let file = """
            {"email":"ada@example.com","username":"ada","id":"\(id)"}
            {"email":"ADA@example.com"}
            {"email":"b@example.com","username":"ADA"}
            \(others){"email":"Ada@Example.com"}
            {"email":"c@example.com","username":"aDa"}
            {"email":"d@example.com","id":"\(id.uppercased())"}
            {"email":"b@example.com","username":"b"}
            """
        for (isDryRun, counts) in [(true, [1002, 0, 5]), (false, [1002, 0, 5]), (true, [0, 1002, 5])] {
            let (report, refused) = try await installation.importUsers(file, dryRun: isDryRun)
            #expect(report.counts == counts)
            #expect(
                refused == [
                    "2 email repeated", "3 username repeated", "1004 email repeated", "1005 username repeated",
                    "1006 id repeated",
                ])
        }
    }

    @Test("Who is there already by email is passed over, whose username or id somebody else has is refused")
    func taken() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let made = try await installation.administration.createUser(
            tenant: "shop", email: "ada@example.com", username: "ada", name: "Ada")
        let file = """
            {"email":"ADA@example.com","username":"other","name":"Another"}
            {"email":"b@example.com","username":"ADA"}
            {"email":"c@example.com","id":"\(made.id.lowercaseString)"}
            {"email":"d@example.com"}
            """
        for isDryRun in [true, false] {
            let (report, refused) = try await installation.importUsers(file, dryRun: isDryRun)
            #expect(report.counts == [1, 1, 2])
            #expect(refused == ["2 username username_taken", "3 id id_taken"])
        }
        let ada = try await installation.administration.showUser(tenant: "shop", user: "ada@example.com")
        #expect(ada.id == made.id && ada.name == "Ada" && ada.username == "ada")
        // The same again: it is there now, and nothing else has changed.
        let (report, _) = try await installation.importUsers(file)
        #expect(report.counts == [0, 2, 2])
    }

    @Test("Who has registered a user's email before the import is nobody that passes for them; an earlier run is")
    func registeredBefore() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        for name in ["boss", "clerk", "intern"] {
            _ = try await installation.register("\(name)@example.com", in: tenant)
        }
        let time = "\"created_at\":\"2024-03-01T09:30:00.123456Z\""
        let file = """
            {"email":"Boss@example.com","id":"6f1c0f0e-2b5d-4c55-9d3e-000000000001",\(time)}
            {"email":"clerk@example.com",\(time)}
            {"email":"intern@example.com"}
            {"email":"ada@example.com","id":"6f1c0f0e-2b5d-4c55-9d3e-000000000002"}
            {"email":"grace@example.com",\(time)}
            {"email":"jane@example.com"}
            """
        for (isDryRun, counts) in [(true, [3, 1, 2]), (false, [3, 1, 2]), (false, [0, 4, 2])] {
            let (report, refused) = try await installation.importUsers(file, dryRun: isDryRun)
            #expect(report.counts == counts)
            #expect(refused == ["1 email email_taken", "2 email email_taken"])
        }
    }

    @Test("Who is there already is known by an export that tells the time of creation less precisely")
    func precision() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let file = { (seconds: String) in
            "{\"email\":\"ada@example.com\",\"created_at\":\"2024-03-01T09:30:\(seconds)Z\"}"
        }
        for (seconds, counts) in [
            ("00.723456", [1, 0, 0]), ("00.723", [0, 1, 0]), ("00", [0, 1, 0]), ("01", [0, 1, 0]),
            ("01.723456", [0, 0, 1]),
        ] {
            let (report, refused) = try await installation.importUsers(file(seconds))
            #expect(report.counts == counts, "\(seconds)")
            #expect(refused == (counts[2] == 1 ? ["1 email email_taken"] : []), "\(seconds)")
        }
    }

    @Test(
        "Somebody registers while a batch is written: whoever comes first is there, and the other finds them",
        .timeLimit(.minutes(3)), arguments: [true, false])
    func registeringMeanwhile(isImportedFirst: Bool) async throws {
        let race = try await HeldRace.make()
        let installation = race.installation
        let tenant = try await installation.tenant()
        let lines = (0..<1000).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        let importing: @Sendable () async throws -> ImportReport = {
            let (report, refused) = try await installation.importUsers(lines)
            #expect(refused == [])
            return report
        }
        let registering: @Sendable () async throws -> IssuedSession = {
            try await installation.register("u999@example.com", in: tenant)
        }
        let gate = Gate(event: "insert on users", moment: .afterRow)
        if isImportedFirst {
            let (imported, registered) = try await race.run(at: gate, importing, while: registering)
            #expect(try imported.get().counts == [1000, 0, 0])
            #expect(throws: Refusal.emailTaken) { try registered.get() }
        } else {
            let (registered, imported) = try await race.run(at: gate, registering, while: importing)
            _ = try registered.get()
            #expect(try imported.get().counts == [999, 1, 0])
        }
        #expect(try await installation.userCount() == 1000)
    }

    @Test(
        "Two imports at once that have the same users in another order take turns, and none fails",
        .timeLimit(.minutes(1)))
    func turns() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        try await installation.asSuperuser(
            """
            create function pass() returns trigger language plpgsql as $$
                begin perform pg_advisory_xact_lock(1); return new; end $$;
            create trigger pass before insert on users for each row when (new.email = 'gate@example.com')
                execute function pass();
            """)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("select pg_advisory_lock(1)")
        func lines(_ names: String...) -> String { names.map { "{\"email\":\"\($0)@example.com\"}\n" }.joined() }
        let (one, other) = (lines("ada", "gate", "bob"), lines("bob", "ada"))
        async let first = installation.importUsers(one)
        try await installation.waitForLocks(1)
        async let second = installation.importUsers(other)
        try await installation.waitForLocks(2)
        await holder.close()
        #expect(try await first.report.counts == [3, 0, 0])
        #expect(try await second.report.counts == [0, 2, 0])
    }
}
