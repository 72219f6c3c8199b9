import TestSupport
import Testing

@Suite("gatehouse migrate")
struct MigrateTests {
    @Test("is idempotent, and --check tells whether something is missing")
    func twice() async throws {
        let installation = try await Installation.empty()
        #expect(try await Program.run(["migrate", "--check"], installation.environment).status == 1)
        #expect(try await Program.run(["migrate"], installation.environment).status == 0)
        #expect(try await Program.run(["migrate", "--check"], installation.environment).status == 0)
        let again = try await Program.run(["migrate"], installation.environment)
        #expect(again.status == 0)
        #expect(again.output.isEmpty)
    }

    @Test("prints its SQL with --dry-run and writes nothing")
    func dryRun() async throws {
        let installation = try await Installation.empty()
        let outcome = try await Program.run(["migrate", "--dry-run"], installation.environment)
        #expect(outcome.status == 0)
        #expect(outcome.output.lowercased().contains("create table"))
        #expect(try await installation.count("select count(*) from pg_tables where schemaname = 'public'") == 0)
        #expect(try await Program.run(["migrate"], installation.environment).status == 0)
        let nothing = try await Program.run(["migrate", "--dry-run"], installation.environment)
        #expect(nothing.status == 0)
        #expect(!nothing.output.lowercased().contains("create table"))
    }

    @Test("comes to the same when two run at once")
    func atOnce() async throws {
        let installation = try await Installation.empty()
        async let first = Program.run(["migrate"], installation.environment)
        async let second = Program.run(["migrate"], installation.environment)
        let outcomes = try await [first, second]
        #expect(outcomes.map(\.status) == [0, 0], "\(outcomes.map(\.errors))")
        #expect(try await Program.run(["migrate", "--check"], installation.environment).status == 0)
    }

    @Test("refuses a database that is newer than the program", arguments: [[], ["--check"], ["--dry-run"]])
    func newer(flags: [String]) async throws {
        let installation = try await Installation.migrated()
        try await installation.asSuperuser(
            """
            create temporary table later as select * from schema_versions order by version desc limit 1;
            update later set version = version + 1000, name = 'from_the_future';
            insert into schema_versions select * from later;
            """)
        let outcome = try await Program.run(["migrate"] + flags, installation.environment)
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.contains("version"))
    }

    @Test(
        "refuses a database that can't hold everybody's names, and says how one is made that can",
        arguments: [[], ["--check"], ["--dry-run"]])
    func encoding(flags: [String]) async throws {
        let installation = try await Installation.empty(encoding: "LATIN1")
        let outcome = try await Program.run(["migrate"] + flags, installation.environment)
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.contains("LATIN1"))
        #expect(outcome.errors.contains("createdb --encoding=UTF8 --template=template0"))
        #expect(try await installation.count("select count(*) from pg_tables where schemaname = 'public'") == 0)
    }

    @Test("warns, when it applies something, of a database that takes bytes for characters")
    func bytes() async throws {
        let installation = try await Installation.empty(encoding: "SQL_ASCII")
        let outcomes = [
            try await Program.run(["migrate"], installation.environment),
            try await Program.run(["migrate"], installation.environment),
        ]
        #expect(outcomes.map(\.status) == [0, 0])
        let warning = "gatehouse: The database's encoding is SQL_ASCII, "
        #expect(outcomes.map { $0.errors.contains(warning) } == [true, false])
    }

    @Test("says in one line that the database is away, without its password")
    func unreachable() async throws {
        let outcome = try await Program.run(
            ["migrate"], ["DATABASE_URL": "postgres://owner:hunter2@127.0.0.1:\(FreePort.take())/gatehouse"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.contains("PostgreSQL can't be reached"))
        #expect(!outcome.errors.contains("hunter2"))
    }
}
