import Foundation
import Postgres
import PostgresCluster
import TestSupport
import Testing

@Suite("Setting a database up", .timeLimit(.minutes(2)))
struct DatabaseSetUpTests {
    /// What a superuser is told to type, or has Docker's script do; over the socket no password is asked for.
    private static func statements(of file: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
        return text.matches(of: #/^(?:CREATE|REVOKE|GRANT) .+;$/#.anchorsMatchLineEndings()).map {
            String($0.output).replacing(#/ PASSWORD .+;/#, with: ";")
        }
    }

    @Test(
        "Nobody but its owner and the service connects to a database that is set up as written",
        arguments: ["README.md", "docker/create-database.sh"])
    func connecting(file: String) async throws {
        try await withDedicatedCluster { cluster async throws in
            let (owner, service) = (
                cluster.url(user: "gatehouse_owner", database: "gatehouse"),
                cluster.url(user: "gatehouse_login", database: "gatehouse")
            )
            let superuser = try await Connection.open(cluster.superuserURL())
            for statement in try Self.statements(of: file) {
                try await superuser.script(statement)
                // Nor is the service kept out meanwhile, where it is there already.
                guard statement.contains("DATABASE") else { continue }
                let connection = try await Connection.open(service)
                await connection.close()
            }
            try await superuser.script("create role of_another_installation login")
            await superuser.close()

            let migrated = try await Program.run(
                ["migrate"], ["DATABASE_URL": service, "GATEHOUSE_OWNER_DATABASE_URL": owner])
            #expect(migrated.status == 0, "\(migrated.errors)")
            for url in [service, cluster.url(user: "of_another_installation", database: "postgres")] {
                let connection = try await Connection.open(url)
                await connection.close()
            }
            let elsewhere = cluster.url(user: "of_another_installation", database: "gatehouse")
            await #expect(throws: PostgresError.self) { _ = try await Connection.open(elsewhere) }
        }
    }
}
