import Foundation
import Postgres
import PostgresCluster
import TestSupport
import Testing

/// The drill of docs/operations.md: a server is lost, and what is left is last night's dump and the master key.
@Suite("Backup and restore", .timeLimit(.minutes(3)))
struct BackupDrillTests {
    @Test("Sessions, passwords and keys live on in another server, and nobody is signed out for a newer token")
    func drill() async throws {
        let dump = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString).dump").path
        defer { try? FileManager.default.removeItem(atPath: dump) }
        let lost = try await withDedicatedCluster { cluster async throws in
            try await lived(on: cluster, dumpedTo: dump)
        }
        try await withDedicatedCluster { cluster async throws in
            let database = try await TestDatabase.make(on: cluster)
            let place = Installation(database: database, masterKey: lost.masterKey, port: lost.port)
            let owner = try await Connection.open(database.ownerURL)
            try await owner.script("create role gatehouse_service nologin")
            try await Self.run("pg_restore", ["--exit-on-error", "--dbname", database.superuserURL, dump])
            try await owner.script("grant gatehouse_service to gh_service")
            await owner.close()
            try await recovers(place, lost)
            // The owner, who made the service's role, isn't bound by its policies.
            #expect(try await Program.admin("tenant", "create", "blog", in: place).status == 0)
        }
    }

    @Test("The owner of the tables, whom row-level security binds, gets no dump rather than an empty one")
    func owner() async throws {
        let place = try await Installation.migrated()
        let dump = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString).dump").path
        defer { try? FileManager.default.removeItem(atPath: dump) }
        let program = try PostgresBinaries.find().path(of: "pg_dump")
        let outcome = try await ChildProcess.run(
            [program, "--format=custom", "--file", dump, place.database.ownerURL], environment: Self.environment)
        #expect(outcome.status != 0)
        #expect(outcome.output.contains("row-level security"), "\(outcome.output)")
    }

    @Test("A lost master key costs sessions; users and their passwords stay")
    func lostMasterKey() async throws {
        var place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let password = "vivid-Otter47-lintel"
        let before = try await place.serving { _ in
            try await HTTP.post("\(place.url)/t/shop/v1/register", ["email": "ada@example.com", "password": password])
        }
        try await place.asSuperuser("delete from signing_keys")
        place.settings["GATEHOUSE_MASTER_KEY"] = Data(repeating: 7, count: 32).base64EncodedString()
        let rotated = try await Program.admin("keys", "rotate", "shop", "--use", "all", "--emergency", in: place)
        #expect(rotated.status == 0, "\(rotated.errors)")
        try await place.serving { _ in
            #expect(try await refresh(place, before.text("refresh_token")).status == 401)
            let session = try await signIn(place, password)
            #expect(try await refresh(place, session.text("refresh_token")).status == 200)
        }
    }

    /// What is known of the server that was lost.
    private struct Lost {
        let masterKey: String
        let port: Int
        let password: String
        /// Of a session that nobody has used since the dump.
        let untouched: String
        let access: String
        /// Refreshed once after the dump: of a generation that the dump doesn't know.
        let newer: String
        /// The token before it, which the dump knows as the live one.
        let older: String
    }

    private func lived(on cluster: PostgresCluster, dumpedTo dump: String) async throws -> Lost {
        let place = try await Installation.migrated(in: try await TestDatabase.make(on: cluster))
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        return try await place.serving { _ in
            let password = "vivid-Otter47-lintel"
            let first = try await HTTP.post(
                "\(place.url)/t/shop/v1/register", ["email": "ada@example.com", "password": password])
            let second = try await signIn(place, password)
            try await Self.run("pg_dump", ["--format=custom", "--file", dump, place.database.superuserURL])
            let next = try await refresh(place, second.text("refresh_token"))
            #expect(next.status == 200)
            return Lost(
                masterKey: place.masterKey, port: place.port, password: password,
                untouched: first.text("refresh_token"), access: first.text("access_token"),
                newer: next.text("refresh_token"), older: second.text("refresh_token"))
        }
    }

    private func recovers(_ place: Installation, _ lost: Lost) async throws {
        #expect(try await Program.admin("master-key", "verify", in: place).status == 0)
        #expect(try await Program.run(["migrate", "--check"], place.environment).status == 0)
        try await place.serving { _ in
            #expect(try await HTTP.get("\(place.url)/t/shop/v1/me", bearer: lost.access).status == 200)
            #expect(try await refresh(place, lost.untouched).status == 200)
            #expect(try await signIn(place, lost.password).status == 200)
            let unknown = try await refresh(place, lost.newer)
            #expect(unknown.status == 401)
            #expect(unknown.text("code") == "invalid_token")
            // It was refused, and its session was left alone.
            #expect(try await refresh(place, lost.older).status == 200)
        }
        var foreign = place
        foreign.settings["GATEHOUSE_MASTER_KEY"] = Data(repeating: 7, count: 32).base64EncodedString()
        let refused = try await Program.run(["serve"], foreign.environment)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("master key"))
    }

    private func signIn(_ place: Installation, _ password: String) async throws -> HTTP.Answer {
        try await HTTP.post("\(place.url)/t/shop/v1/login", ["email": "ada@example.com", "password": password])
    }

    private func refresh(_ place: Installation, _ token: String) async throws -> HTTP.Answer {
        try await HTTP.post("\(place.url)/t/shop/v1/refresh", ["refresh_token": token])
    }

    private static let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]

    private static func run(_ program: String, _ arguments: [String]) async throws {
        let path = try PostgresBinaries.find().path(of: program)
        let outcome = try await ChildProcess.run([path] + arguments, environment: environment)
        #expect(outcome.status == 0, "\(outcome.output)")
    }
}
