import TestSupport
import Testing

@testable import Postgres

/// Runs `body` with a connection to an empty database of its own.
func withConnection<R>(_ body: (Connection) async throws -> R) async throws -> R {
    let database = try await TestDatabase.make()
    let connection = try await Connection.open(database.superuserURL)
    do {
        let outcome = try await body(connection)
        await connection.close()
        return outcome
    } catch {
        await connection.close()
        throw error
    }
}

/// Runs `body` with a pool on an empty database of its own.
func withPool<R>(
    size: Int = 2, waitDeadline: Duration = .seconds(5), statementDeadline: Duration = .seconds(5),
    onWait: (@Sendable (Duration) -> Void)? = nil, _ body: (Pool) async throws -> R
) async throws -> R {
    let database = try await TestDatabase.make()
    let pool = Pool(
        PoolConfiguration(
            database.superuserURL, size: size, waitDeadline: waitDeadline, statementDeadline: statementDeadline,
            onWait: onWait))
    do {
        let outcome = try await body(pool)
        await pool.close()
        return outcome
    } catch {
        await pool.close()
        throw error
    }
}

struct TooLate: Error {}

/// Returns once `condition` holds.
func wait(until condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TooLate() }
        await Task.yield()
    }
}

enum Statements {
    static let one = Statement<Void, Int32>("select 1", bind: { _ in () }, row: { (number: Int32) in number })
    static let sleep = Statement<Double, String>(
        "select pg_sleep($1)::text", bind: { $0 }, row: { (text: String) in text })
    static let backend = Statement<Void, Int32>(
        "select pg_backend_pid()", bind: { _ in () }, row: { (id: Int32) in id })
    /// The process that starts those of new connections; for a superuser.
    static let postmaster = Statement<Void, Int32>(
        "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int4", bind: { _ in () },
        row: { (id: Int32) in id })
    static let terminate = Statement<Int32, Bool>(
        "select pg_terminate_backend($1)", bind: { $0 }, row: { (done: Bool) in done })
    static let setting = Statement<String, String?>(
        "select nullif(current_setting($1, true), '')", bind: { $0 }, row: { (value: String?) in value })
    static let activity = Statement<Void, Int>(
        """
        select count(*) from pg_stat_activity
        where datname = current_database() and state = 'active' and query like 'select pg_sleep%'
        """,
        bind: { _ in () }, row: { (count: Int) in count })
}

extension PostgresError {
    var serverError: ServerError? {
        if case .server(let error) = self { error } else { nil }
    }
}
