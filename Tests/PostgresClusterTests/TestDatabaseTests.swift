import PostgresCluster
import TestSupport
import Testing

@Suite("A test database", .timeLimit(.minutes(2))) struct TestDatabaseTests {
    @Test("belongs to a role of its own and is empty") func ownership() async throws {
        let database = try await TestDatabase.make()
        let owner = try await psql(
            database.ownerURL,
            "SELECT current_user, current_database(), (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user)"
        )
        #expect(owner == "gh_owner|\(database.name)|t")
        #expect(try await psql(database.ownerURL, "CREATE TABLE t (); SELECT count(*) FROM t") == "0")
    }

    @Test("gives the service role nothing") func service() async throws {
        let database = try await TestDatabase.make()
        _ = try await psql(database.ownerURL, "CREATE TABLE t ()")
        await #expect(throws: PsqlError.self) { try await psql(database.serviceURL, "SELECT * FROM t") }
        #expect(try await psql(database.serviceURL, "SELECT current_user") == "gh_service")
    }

    @Test("can be made by many tests at once") func concurrently() async throws {
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask { try await psql(TestDatabase.make().superuserURL, "SELECT current_database()") }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(names.count == 8)
    }
}
