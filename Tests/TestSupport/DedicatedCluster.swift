public import PostgresCluster

extension PostgresCluster {
    /// A server for tests: fast, not durable, and gone with this process. With room for the pools of tests that have ended:
    /// a pool lets go of its connections when its last waiter's deadline has passed, a minute later.
    public static func throwaway(
        in folder: String = temporaryDirectory, binaries: PostgresBinaries, port: Int? = nil,
        settings: [String: String] = [:]
    ) -> PostgresCluster {
        let name = "gatehouse-test-" + String(UInt64.random(in: .min ... .max), radix: 36)
        return PostgresCluster(
            directory: "\(folder)/\(name)", binaries: binaries, port: port,
            settings: [
                "fsync": "off", "full_page_writes": "off", "max_connections": "2000",
            ].merging(settings) { $1 },
            isThrowaway: true)
    }
}

/// Runs `body` with a server that nobody else uses, for tests that restart or crash it, or want it set otherwise. It is
/// removed afterwards. With a port it listens on 127.0.0.1 too.
public func withDedicatedCluster<R>(
    in folder: String = PostgresCluster.temporaryDirectory, port: Int? = nil, settings: [String: String] = [:],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresCluster) async throws -> R
) async throws -> R {
    let cluster = PostgresCluster.throwaway(
        in: folder, binaries: try PostgresBinaries.find(), port: port, settings: settings)
    try await cluster.start()
    do {
        let result = try await body(cluster)
        await cluster.discard()
        return result
    } catch {
        await cluster.discard()
        throw error
    }
}
