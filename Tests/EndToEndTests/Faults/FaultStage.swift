import Foundation
import Postgres
import PostgresCluster
import TestSupport

/// What an experiment is made with: a server, a database with the tenant `shop`, and how the service and who looks on
/// reach it.
struct FaultStage: Sendable {
    static let poolSize = 8

    /// The one that clients are led to at first.
    let cluster: PostgresCluster
    var place: Installation
    /// For who looks on, past row-level security.
    var superuserURL: String

    /// Where the tenant is served.
    var door: String { "\(place.url)/t/shop" }

    /// For the experiments that leave the server as they found it. Gone with this process.
    static func shared() async throws -> FaultStage { try await sharing.value }

    private static let sharing = Task {
        let cluster = PostgresCluster.throwaway(
            binaries: try PostgresBinaries.find(), settings: Self.settings.merging(["max_connections": "60"]) { $1 })
        try await cluster.start()
        return try await FaultStage.make(on: cluster)
    }

    /// Each attempt to connect leaves its traces in the server's log.
    static let settings = ["log_connections": "on", "log_line_prefix": ConnectionAttempts.linePrefix]

    static func make(on cluster: PostgresCluster) async throws -> FaultStage {
        let database = try await TestDatabase.make(on: cluster)
        var place = try await Installation.migrated(in: database)
        place.settings = [
            "GATEHOUSE_LIMITS": "off", "GATEHOUSE_POOL_SIZE": "\(poolSize)",
            "GATEHOUSE_OPS_LISTEN": "127.0.0.1:\(FreePort.take())",
        ]
        let outcome = try await Program.admin("tenant", "create", "shop", in: place)
        guard outcome.status == 0 else { throw NotInTime(description: "tenant create: \(outcome.errors)") }
        return FaultStage(cluster: cluster, place: place, superuserURL: database.superuserURL)
    }

    /// The same with another way to the database for the service.
    func reached(by url: String) -> FaultStage {
        var stage = self
        stage.place.settings["DATABASE_URL"] = url
        return stage
    }

    func registered(_ number: Int) async throws -> String {
        let name = "client\(UInt64.random(in: .min ... .max))"
        let session = try await HTTP.post(
            "\(door)/v1/register", ["email": "\(name)@example.com", "password": goodPassword])
        guard session.status == 201 else { throw NotInTime(description: "register: \(session.status) \(session.json)") }
        return session.text("refresh_token")
    }

    /// The generation each session has in the database.
    func generations(of sessions: [String]) async throws -> [String: Int] {
        let statement = Statement<Void, (id: String, generation: Int)>(
            "select id::text, generation from refresh_tokens", bind: { () },
            row: { (id: String, generation: Int) in (id: id, generation: generation) })
        let rows = try await asSuperuser { connection in try await connection.query(statement, ()) }
        return Dictionary(uniqueKeysWithValues: rows.filter { sessions.contains($0.id) }.map { ($0.id, $0.generation) })
    }

    @discardableResult
    func asSuperuser<Result: Sendable>(_ body: (Connection) async throws -> Result) async throws -> Result {
        let connection = try await Connection.open(superuserURL)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    static let serviceRole = "gh_service"

    private static let termination = Statement<String, Int>(
        "select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity where usename = $1) ended",
        bind: { $0 }, row: { (count: Int) in count })

    /// Ends every connection of a role; how many there were.
    @discardableResult
    func endConnections(of role: String, by observer: Connection) async throws -> Int {
        try await observer.first(Self.termination, role) ?? 0
    }
}
