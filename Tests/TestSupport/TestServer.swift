import Foundation
import PostgresCluster

/// The server that the tests of this process share.
struct TestServer: Sendable {
    static let owner = "gh_owner"
    static let service = "gh_service"

    private let place: Place
    private let psql: String

    private enum Place: Sendable {
        case throwaway(PostgresCluster)
        case given(ServerURL)
    }

    private static let starting = Task { try await TestServer() }

    /// Started by the first caller.
    static func shared() async throws -> TestServer {
        try await starting.value
    }

    /// One that a test has for itself.
    init(on cluster: PostgresCluster) async throws {
        place = .throwaway(cluster)
        psql = try PostgresBinaries.find().path(of: "psql")
        try await makeRoles()
    }

    private init() async throws {
        if let text = ProcessInfo.processInfo.environment["GATEHOUSE_TEST_DATABASE_URL"], !text.isEmpty {
            place = .given(try ServerURL(text))
            psql = (try? PostgresBinaries.find().path(of: "psql")) ?? "psql"
        } else {
            let binaries = try PostgresBinaries.find()
            let cluster = PostgresCluster.throwaway(binaries: binaries)
            try await cluster.start()
            place = .throwaway(cluster)
            psql = binaries.path(of: "psql")
        }
        try await makeRoles()
    }

    private func makeRoles() async throws {
        for statement in Self.roles {
            try await run(statement)
        }
    }

    /// Nil stands for the superuser.
    func url(user: String?, database: String) -> String {
        switch place {
        case .throwaway(let cluster): cluster.url(user: user ?? "postgres", database: database)
        case .given(let url): url.with(user: user, database: database)
        }
    }

    func createDatabase(_ name: String, encoding: String) async throws {
        // A server's own locale fits one encoding, C fits them all.
        let locale = encoding == "UTF8" ? "" : "LOCALE 'C'"
        try await run("CREATE DATABASE \(name) OWNER \(Self.owner) TEMPLATE template0 ENCODING '\(encoding)' \(locale)")
        if case .given(let url) = place {
            Leftovers.dropAtExit(database: name, psql: [psql, url.text])
        }
    }

    /// Runs one statement as the superuser.
    private func run(_ statement: String) async throws {
        let url =
            switch place {
            case .throwaway(let cluster): cluster.superuserURL()
            case .given(let url): url.text
            }
        let result = try await ChildProcess.run(
            [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, url], environment: ChildProcess.testEnvironment
        )
        guard result.status == 0 else { throw TestServerError.statementFailed(result.output) }
    }

    /// Safe when several test processes share a server. The password of a login role is its name: a server that is
    /// given to tests holds nothing worth protecting.
    private static var roles: [String] {
        let definitions = [
            "CREATE ROLE \(owner) LOGIN CREATEROLE PASSWORD '\(owner)'",
            "CREATE ROLE \(service) LOGIN PASSWORD '\(service)'",
        ]
        let made = definitions.map { definition in
            """
            DO $$ BEGIN \(definition);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
            """
        }
        let check = """
            DO $$ BEGIN
                IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                    RAISE 'GATEHOUSE_TEST_DATABASE_URL must name a superuser: tests look past row-level security.';
                END IF;
            END $$
            """
        return [check] + made
    }
}

extension ChildProcess {
    static var testEnvironment: [String: String] {
        ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "LC_ALL": "C"]
    }
}

enum TestServerError: Error, CustomStringConvertible {
    case statementFailed(String)
    case unreadableURL

    var description: String {
        switch self {
        case .statementFailed(let output): "psql failed: \(output)"
        case .unreadableURL: "GATEHOUSE_TEST_DATABASE_URL must look like postgresql://user:password@host:port/database."
        }
    }
}
