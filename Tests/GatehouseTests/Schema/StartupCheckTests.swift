import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite("What must hold before a request is served", .timeLimit(.minutes(2)))
struct StartupCheckTests {
    @Test("A role that reads past row-level security, or isn't the service's, is refused with the reason")
    func roles() async throws {
        try await withDedicatedCluster { cluster async throws in
            let installation = try await Installation.make(on: try await TestDatabase.make(on: cluster))
            try await installation.checkStart()
            for (change, reason, remedy) in [
                ("alter role gh_service bypassrls", "has BYPASSRLS", "alter role gh_service nobypassrls"),
                (
                    "grant gh_owner to gh_service", "owns tables or is a member of their owner",
                    "revoke gh_owner from gh_service"
                ),
                (
                    "revoke gatehouse_service from gh_service",
                    "is no member of gatehouse_service (GRANT gatehouse_service TO it, after gatehouse migrate)",
                    "grant gatehouse_service to gh_service"
                ),
            ] {
                try await installation.asSuperuser(change)
                let problem = await #expect(throws: StartupProblem.self, "\(change)") {
                    try await installation.checkStart()
                }
                #expect(
                    problem?.message == "The role of DATABASE_URL \(reason): the service needs an unprivileged one.")
                try await installation.asSuperuser(remedy)
                try await installation.checkStart()
            }
        }
    }

    @Test(
        "A role that has warnings kept from it is refused behind a pooler, whose connections go by that, and nowhere else",
        .enabled(if: PgBouncer.isExpected, "pgbouncer isn't installed (apt install pgbouncer)"))
    func hiddenWarnings() async throws {
        let path = try #require(PgBouncer.path)
        try await withDedicatedCluster { cluster async throws in
            let database = try await TestDatabase.make(on: cluster)
            try await PgBouncer.with(cluster, at: path, as: "gh_service") { bouncer async throws in
                let pooledURL = bouncer.conninfo(database: database.name)
                let usual = try await Installation.make(on: database, serviceURL: pooledURL)
                try await usual.checkStart()

                try await usual.asSuperuser("alter role gh_service set client_min_messages = error")
                // Its connections were opened before that.
                bouncer.kill()
                try await bouncer.start()
                try await Installation.make(on: database).checkStart()
                let silenced = try await Installation.make(on: database, serviceURL: pooledURL)
                let problem = await #expect(throws: StartupProblem.self) { try await silenced.checkStart() }
                #expect(problem?.message.contains("SET client_min_messages = warning") == true)
            }
        }
    }
}

extension Installation {
    func checkStart() async throws {
        try await StartupCheck(
            database: serviceDatabase, sealer: sealer, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })()
    }
}
