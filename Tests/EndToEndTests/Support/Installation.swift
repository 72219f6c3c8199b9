import Foundation
import Gatehouse
import Postgres
import TestSupport

/// A database, a master key and an address: what an operator has before the first `migrate`.
struct Installation: Sendable {
    let database: TestDatabase
    let masterKey: String
    let port: Int
    let opsPort = FreePort.take()
    /// Beside those that every installation has, for the service and for the operator.
    var settings: [String: String] = [:]

    var url: String { "http://127.0.0.1:\(port)" }
    var opsURL: String { "http://127.0.0.1:\(opsPort)" }

    var environment: [String: String] {
        [
            "DATABASE_URL": database.serviceURL, "GATEHOUSE_OWNER_DATABASE_URL": database.ownerURL,
            "GATEHOUSE_MASTER_KEY": masterKey, "GATEHOUSE_LISTEN": "127.0.0.1:\(port)",
            "GATEHOUSE_OPS_LISTEN": "127.0.0.1:\(opsPort)",
            "GATEHOUSE_ARGON2": "m=64,t=1,p=1",
        ].merging(settings) { $1 }
    }

    static func empty(encoding: String = "UTF8") async throws -> Installation {
        empty(try await TestDatabase.make(encoding: encoding))
    }

    private static func empty(_ database: TestDatabase) -> Installation {
        Installation(database: database, masterKey: MasterKey.generate().base64, port: FreePort.take())
    }

    static func migrated(encoding: String = "UTF8") async throws -> Installation {
        try await migrated(in: try await TestDatabase.make(encoding: encoding))
    }

    static func migrated(in database: TestDatabase) async throws -> Installation {
        let installation = empty(database)
        let outcome = try await Program.run(["migrate"], installation.environment)
        guard outcome.status == 0 else { throw NotInTime(description: "migrate failed: \(outcome.errors)") }
        try await installation.letServiceIn()
        return installation
    }

    /// Grants to the same role from several tests at once get in each other's way; the loser tries again.
    func letServiceIn() async throws {
        _ = try await eventually("the grant", within: .seconds(10)) {
            do {
                try await asSuperuser("grant gatehouse_service to gh_service")
                return true
            } catch PostgresError.server {
                return nil
            }
        }
    }

    func asSuperuser(_ script: String) async throws {
        let connection = try await Connection.open(database.superuserURL)
        do {
            try await connection.script(script)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    func count(_ sql: String) async throws -> Int {
        try await asSuperuser(Statement<Void, Int>(sql, bind: { () }, row: { (count: Int) in count })).first ?? 0
    }

    /// One column of text.
    func texts(_ sql: String) async throws -> [String] {
        try await asSuperuser(Statement<Void, String>(sql, bind: { () }, row: { (text: String) in text }))
    }

    private func asSuperuser<Output: Sendable>(_ statement: Statement<Void, Output>) async throws -> [Output] {
        let connection = try await Connection.open(database.superuserURL)
        do {
            let rows = try await connection.query(statement, ())
            await connection.close()
            return rows
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Runs `body` while the service serves, and ends it gracefully.
    func serving<Result>(
        _ environment: [String: String] = [:], program: String = Program.path,
        _ body: (RunningProgram) async throws -> Result
    ) async throws -> Result {
        let service = try RunningProgram(
            program, ["serve"], environment: self.environment.merging(environment) { $1 })
        do {
            _ = try await eventually("the service") { try? await HTTP.get("\(url)/healthz") }
            let result = try await body(service)
            service.send(SIGTERM)
            _ = await service.waitForEnd()
            return result
        } catch {
            service.send(SIGKILL)
            throw NotInTime(description: "\(error); its log: \(service.errors)")
        }
    }
}
