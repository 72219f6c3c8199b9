extension Connection {
    /// Opens a connection for `body`, and closes it however that ends; see ``open(_:applicationName:idleCheckAfter:tracer:deadline:)``.
    public static func using<R>(
        _ conninfo: String, deadline: Duration = defaultDeadline, _ body: (Connection) async throws -> R
    ) async throws -> R {
        let connection = try await open(conninfo, deadline: deadline)
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body(connection)) } catch { outcome = .failure(error) }
        await connection.close()
        return try outcome.get()
    }
}

extension Pool {
    /// Makes a pool for `body`, and closes it however that ends.
    public static func using<R>(
        _ configuration: PoolConfiguration, _ body: (Pool) async throws -> R
    ) async throws -> R {
        let pool = Pool(configuration)
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body(pool)) } catch { outcome = .failure(error) }
        await pool.close()
        return try outcome.get()
    }
}
