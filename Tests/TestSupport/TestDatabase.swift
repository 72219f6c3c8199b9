public import PostgresCluster

/// A fresh, empty database with a name of its own, so that tests run side by side.
///
/// It lives on the one throw-away server of this test process, which starts with the first `make()` and is removed when
/// the process ends; or on the server `GATEHOUSE_TEST_DATABASE_URL` names, where the database is dropped at the end.
public struct TestDatabase: Sendable {
    public let name: String
    /// A libpq URL for the superuser.
    public let superuserURL: String
    /// For `gh_owner`: may log in, has CREATEROLE, owns the database.
    public let ownerURL: String
    /// For `gh_service`: may log in, and nothing else until somebody grants it `gatehouse_service`.
    public let serviceURL: String

    public static func make(encoding: String = "UTF8") async throws -> TestDatabase {
        try await make(on: TestServer.shared(), encoding: encoding)
    }

    /// On a server that a test has for itself.
    public static func make(on cluster: PostgresCluster) async throws -> TestDatabase {
        try await make(on: TestServer(on: cluster), encoding: "UTF8")
    }

    private static func make(on server: TestServer, encoding: String) async throws -> TestDatabase {
        let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try await server.createDatabase(name, encoding: encoding)
        return TestDatabase(
            name: name,
            superuserURL: server.url(user: nil, database: name),
            ownerURL: server.url(user: TestServer.owner, database: name),
            serviceURL: server.url(user: TestServer.service, database: name))
    }
}
