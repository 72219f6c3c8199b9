import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct ImportUsersTests {
    /// The outcome, and the lines refused with their first codes.
    private func run(
        _ text: String, in installation: Installation, tenant: String = "shop", dryRun: Bool = false
    ) async throws -> (report: ImportReport, refused: [String]) {
        var refused: [String] = []
        let file = try UserFile(ByteInput(text, inPiecesOf: 4096), format: .jsonl)
        let report = try await installation.administration.importUsers(
            of: file, into: tenant, dryRun: dryRun,
            refuse: { refused.append("\($0.position.line) \($0.problems[0].field) \($0.problems[0].code)") })
        return (report, refused)
    }

    private static func counts(_ report: ImportReport) -> [Int] { [report.imported, report.skipped, report.refused] }

    @Test("What a file says of a user is what the database has, and the trail tells of the batch")
    func kept() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let id = "6f1c0f0e-2b5d-4c55-9d3e-000000000001"
        let (report, refused) = try await run(
            """
            {"id":"\(id)","email":"Ada@Example.com","username":"Ada","name":" Ada ","email_verified":true,\
            "claims":{"roles":["admin"],"level":1.50},"created_at":"2024-03-01T09:30:00.123456Z"}
            {"email":"grace@example.com","disabled":true}
            """, in: installation)
        #expect(Self.counts(report) == [2, 0, 0] && refused == [])
        let ada = try await installation.administration.showUser(tenant: "shop", user: "ada@example.com")
        #expect(ada.id.lowercaseString == id && ada.email == "Ada@example.com" && ada.username == "Ada")
        #expect(ada.name == "Ada" && ada.emailVerified && ada.isEnabled && ada.claims["roles"] == ["admin"])
        #expect(RFC3339.format(ada.createdAt) == "2024-03-01T09:30:00.123456Z")
        let grace = try await installation.administration.showUser(tenant: "shop", user: "grace@example.com")
        #expect(!grace.isEnabled && !grace.emailVerified && grace.username == nil && grace.claims.isEmpty)
        #expect(abs(grace.createdAt.timeIntervalSinceNow) < 60)
        let events = try await installation.administration.listEvents(
            tenant: "shop", type: .userImported, age: nil, limit: 10)
        #expect(events.map(\.detail) == [["imported": 2, "format": "jsonl"]])
        #expect(events.map(\.actor) == ["tests"] && events.map(\.userID) == [nil])
        _ = tenant
    }

    @Test("Fields are held to the rules that they are held to everywhere, and refused with their line")
    func rules() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let (report, refused) = try await run(
            """
            {"username":"nobody"}
            {"email":"nowhere"}
            {"email":"a@example.com","username":"a b"}

            {"email":"b@example.com","name":"\\u0007"}
            {"email":"c@example.com","claims":{"email":"x"}}
            {"email":"d@example.com","claims":{"n":1e3}}
            {"email":"e@example.com","created_at":"9999-01-01T00:00:00Z"}
            {"email":"f@example.com","password_hash":"hunter2"}
            {"email":"g@example.com","password_hash":"$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}
            not json
            {"email":"h@example.com","password_hash":"!locked"}
            """, in: installation)
        #expect(Self.counts(report) == [1, 0, 10])
        #expect(
            refused == [
                "1 email required", "2 email invalid_format", "3 username invalid_format", "5 name invalid_format",
                "6 claims invalid", "7 claims invalid", "8 created_at invalid", "9 password_hash invalid_format",
                "10 password_hash too_costly", "11  malformed",
            ])
    }

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
            let (report, refused) = try await run(file, in: installation, dryRun: isDryRun)
            #expect(Self.counts(report) == counts)
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
            let (report, refused) = try await run(file, in: installation, dryRun: isDryRun)
            #expect(Self.counts(report) == [1, 1, 2])
            #expect(refused == ["2 username username_taken", "3 id id_taken"])
        }
        let ada = try await installation.administration.showUser(tenant: "shop", user: "ada@example.com")
        #expect(ada.id == made.id && ada.name == "Ada" && ada.username == "ada")
        // The same again: it is there now, and nothing else has changed.
        let (report, _) = try await run(file, in: installation)
        #expect(Self.counts(report) == [0, 2, 2])
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
            let (report, refused) = try await run(file, in: installation, dryRun: isDryRun)
            #expect(Self.counts(report) == counts)
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
            let (report, refused) = try await run(file(seconds), in: installation)
            #expect(Self.counts(report) == counts, "\(seconds)")
            #expect(refused == (counts[2] == 1 ? ["1 email email_taken"] : []), "\(seconds)")
        }
    }

    @Test("A dry run writes nothing")
    func dryRun() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let (report, _) = try await run("{\"email\":\"ada@example.com\"}", in: installation, dryRun: true)
        #expect(Self.counts(report) == [1, 0, 0] && report.isDryRun)
        #expect(try await installation.administration.listUsers(tenant: "shop", limit: 10, after: nil).isEmpty)
        #expect(
            try await installation.administration.listEvents(tenant: "shop", type: .userImported, age: nil, limit: 10)
                .isEmpty)
    }

    @Test("After an import the server's statistics tell of the users, after a dry run they don't")
    func statistics() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let lines = (0..<100).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        for isDryRun in [true, false] {
            _ = try await run(lines, in: installation, dryRun: isDryRun)
            let connection = try await Connection.open(installation.database.superuserURL)
            let known = try await connection.query(
                Statement<Void, Int>(
                    "select count(*) from pg_stats where tablename = 'users' and attname = 'email'", bind: { () },
                    row: { (count: Int) in count }), ())
            await connection.close()
            #expect(known == [isDryRun ? 0 : 1])
        }
    }

    @Test("The same users, with the same ids, are other people in another tenant")
    func isolation() async throws {
        let installation = try await Installation.make()
        for slug in ["shop", "blog"] { _ = try await installation.tenant(slug) }
        let line = { (name: String) in
            "{\"id\":\"6f1c0f0e-2b5d-4c55-9d3e-000000000001\",\"email\":\"ada@example.com\",\"username\":\"ada\",\"name\":\"\(name)\"}"
        }
        for slug in ["shop", "blog"] {
            let (report, _) = try await run(line(slug), in: installation, tenant: slug)
            #expect(Self.counts(report) == [1, 0, 0])
        }
        for slug in ["shop", "blog"] {
            let user = try await installation.administration.showUser(tenant: slug, user: "ada@example.com")
            #expect(user.name == slug)
            #expect(try await installation.administration.listUsers(tenant: slug, limit: 10, after: nil).count == 1)
        }
        await #expect(throws: Refusal.tenantNotFound) { try await run(line("x"), in: installation, tenant: "nope") }
    }

    @Test("Of a file that can't be read to its end the users before are imported, and another run does the rest")
    func interrupted() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let lines = (0..<2500).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        struct Unplugged: Error {}
        var bytes = Array(lines.utf8)[...]
        let file = try UserFile(
            ByteInput {
                // The file can't be read any further in the middle of the third batch.
                guard bytes.count > 10_000 else { throw Unplugged() }
                defer { bytes = bytes.dropFirst(1000) }
                return Array(bytes.prefix(1000))
            }, format: .jsonl)
        var reports: [ImportReport] = []
        await #expect(throws: Unplugged.self) {
            try await installation.administration.importUsers(
                of: file, into: "shop", dryRun: false, progress: { report, _ in reports.append(report) })
        }
        // So many lines are whole in the first 64,000 bytes.
        #expect(reports.map(\.imported) == [1000, 2000, 2170])
        #expect(try await count(in: installation) == 2170)
        let (report, refused) = try await run(lines, in: installation)
        #expect(Self.counts(report) == [330, 2170, 0] && refused == [])
        #expect(try await count(in: installation) == 2500)
        let events = try await installation.administration.listEvents(
            tenant: "shop", type: .userImported, age: nil, limit: 10)
        #expect(events.map { $0.detail["imported"] } == [330, 170, 1000, 1000])
    }

    @Test("Users of a tenant that is deleted during the import don't go into another one that has its slug by then")
    func successor() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        // With the commit of the first batch the slug is another tenant's.
        try await installation.asSuperuser(
            """
            create function supersede() returns trigger language plpgsql security definer as $$
            begin
                update tenants set slug = 'gone' where id = new.tenant_id;
                insert into tenants (id, slug, name) values (gen_random_uuid(), 'shop', 'shop');
                return null;
            end
            $$;
            create trigger supersede after insert on audit_events for each row when (new.type = 'user.imported')
                execute function supersede();
            """)
        let lines = (0...ImportBatches.size).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        let file = try UserFile(ByteInput(lines, inPiecesOf: 4096), format: .jsonl)
        var reports: [ImportReport] = []
        await #expect(throws: Refusal.tenantNotFound) {
            try await installation.administration.importUsers(
                of: file, into: "shop", dryRun: false, progress: { report, _ in reports.append(report) })
        }
        #expect(reports.map(\.imported) == [1000])
        #expect(try await count(in: installation) == 0)
        #expect(try await installation.rowCount("users") == 1000)
    }

    @Test("Who can't write down who was refused ends the import")
    func unwrittenRefusal() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        struct Full: Error {}
        let file = try UserFile(ByteInput("{\"email\":\"nowhere\"}\n{\"email\":\"ada@example.com\"}\n"), format: .jsonl)
        await #expect(throws: Full.self) {
            try await installation.administration.importUsers(
                of: file, into: "shop", dryRun: false, refuse: { _ in throw Full() })
        }
    }

    @Test("Somebody registers while a batch is written: either one is there, and is passed over")
    func registeringMeanwhile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let lines = (0..<1000).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        async let imported = run(lines, in: installation)
        var registered = 0
        for number in stride(from: 999, to: 959, by: -1) {
            do {
                _ = try await installation.register("u\(number)@example.com", in: tenant)
                registered += 1
            } catch Refusal.emailTaken {}
        }
        let (report, refused) = try await imported
        #expect(report.skipped == registered && report.imported == 1000 - registered && refused == [])
        #expect(try await count(in: installation) == 1000)
    }

    private func count(in installation: Installation) async throws -> Int {
        var (count, last): (Int, UUID?) = (0, nil)
        while true {
            let page = try await installation.administration.listUsers(tenant: "shop", limit: 1000, after: last)
            count += page.count
            guard let end = page.last else { return count }
            last = end.id
        }
    }
}
