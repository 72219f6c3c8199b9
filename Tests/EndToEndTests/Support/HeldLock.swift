import Postgres
import TestSupport

extension Installation {
    /// Runs `body` while a session of its own holds what this statement of one text column locks.
    func holding<Result: Sendable>(_ lock: String, _ body: () async throws -> Result) async throws -> Result {
        let connection = try await Connection.open(database.superuserURL)
        do {
            let result = try await connection.transaction { transaction in
                _ = try await transaction.query(
                    Statement<Void, String>(lock, bind: { () }, row: { (text: String) in text }), ())
                return try await body()
            }
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// How many sessions wait for a lock.
    func waitingSessions() async throws -> Int {
        try await count(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    }

    /// How many sessions the operator's programs have, or have left behind.
    func operatorSessions() async throws -> Int {
        try await count(
            "select count(*) from pg_stat_activity where datname = current_database() and usename = 'gh_owner'")
    }
}
