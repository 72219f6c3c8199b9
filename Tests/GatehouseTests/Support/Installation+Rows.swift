import Postgres
import TestSupport

@testable import Gatehouse

extension Installation {
    /// What a statement gives past row-level security.
    func asSuperuser<Row: Sendable>(_ statement: Statement<Void, Row>) async throws -> [Row] {
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

    /// How many rows a table has in all tenants.
    ///
    /// - Parameter table: Its name, after which a condition may stand: `purges where due_at > now()`.
    func rowCount(_ table: String) async throws -> Int {
        let counting = Statement<Void, Int>(
            "select count(*) from \(table)", bind: { () }, row: { (count: Int) in count })
        return try await asSuperuser(counting).first ?? 0
    }
}
