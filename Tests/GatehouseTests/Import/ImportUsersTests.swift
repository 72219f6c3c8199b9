import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct ImportUsersTests {
    @Test("What a file says of a user is what the database has, and the trail tells of the batch")
    func kept() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let id = "6f1c0f0e-2b5d-4c55-9d3e-000000000001"
        let (report, refused) = try await installation.importUsers(
            """
            {"id":"\(id)","email":"Ada@Example.com","username":"Ada","name":" Ada ","email_verified":true,\
            "claims":{"roles":["admin"],"level":1.50},"created_at":"2024-03-01T09:30:00.123456Z"}
            {"email":"grace@example.com","disabled":true}
            """)
        #expect(report.counts == [2, 0, 0] && refused == [])
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
        let (report, refused) = try await installation.importUsers(
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
            """)
        #expect(report.counts == [1, 0, 10])
        #expect(
            refused == [
                "1 email required", "2 email invalid_format", "3 username invalid_format", "5 name invalid_format",
                "6 claims invalid", "7 claims invalid", "8 created_at invalid", "9 password_hash invalid_format",
                "10 password_hash too_costly", "11  malformed",
            ])
    }

    @Test("A dry run writes nothing")
    func dryRun() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let (report, _) = try await installation.importUsers("{\"email\":\"ada@example.com\"}", dryRun: true)
        #expect(report.counts == [1, 0, 0] && report.isDryRun)
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
            _ = try await installation.importUsers(lines, dryRun: isDryRun)
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
            let (report, _) = try await installation.importUsers(line(slug), tenant: slug)
            #expect(report.counts == [1, 0, 0])
        }
        for slug in ["shop", "blog"] {
            let user = try await installation.administration.showUser(tenant: slug, user: "ada@example.com")
            #expect(user.name == slug)
            #expect(try await installation.administration.listUsers(tenant: slug, limit: 10, after: nil).count == 1)
        }
        await #expect(throws: Refusal.tenantNotFound) { try await installation.importUsers(line("x"), tenant: "nope") }
    }
}
