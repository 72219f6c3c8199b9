import Postgres
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

    public static func make() async throws -> TestDatabase {
        let server = try await TestServer.shared()
        let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try await server.createDatabase(name)
        return TestDatabase(
            name: name,
            superuserURL: server.url(user: nil, database: name),
            ownerURL: server.url(user: TestServer.owner, database: name),
            serviceURL: server.url(user: TestServer.service, database: name))
    }

    /// The first and only one of a server that nobody else uses, whose roles are made with it.
    public static func make(on cluster: PostgresCluster) async throws -> TestDatabase {
        let (owner, service) = (TestServer.owner, TestServer.service)
        let superuser = try await Connection.open(cluster.superuserURL())
        do {
            try await superuser.script("create role \(owner) login createrole; create role \(service) login")
            try await superuser.script("create database gatehouse owner \(owner) template template0 encoding 'UTF8'")
        } catch {
            await superuser.close()
            throw error
        }
        await superuser.close()
        return TestDatabase(
            name: "gatehouse", superuserURL: cluster.superuserURL(database: "gatehouse"),
            ownerURL: cluster.url(user: owner, database: "gatehouse"),
            serviceURL: cluster.url(user: service, database: "gatehouse"))
    }
}
