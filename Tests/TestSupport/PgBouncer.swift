import Foundation
public import PostgresCluster
import Synchronization

/// A PgBouncer of its own in front of a server.
public final class PgBouncer: Sendable {
    private let address: String
    private let command: [String]
    private let socket: String
    private let process = Mutex<Process?>(nil)

    public var conninfo: String { conninfo(database: "postgres") }

    public func conninfo(database: String) -> String {
        "\(address) dbname=\(database)"
    }

    /// It ended, or didn't open its socket in time.
    struct NotServing: Error {}

    /// Nil when it isn't installed.
    public static var path: String? {
        ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Where everything has to be tested, a PgBouncer that isn't installed is a failure.
    public static var isExpected: Bool {
        path != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Runs `body` with a PgBouncer in transaction mode that has at most `connections` to `cluster`, as
    /// `user` whoever connects to it.
    public static func with(
        _ cluster: PostgresCluster, at path: String, as user: String = "postgres",
        connections: Int = 1, _ body: (PgBouncer) async throws -> Void
    ) async throws {
        let folder = cluster.socketDirectory
        let settings = """
            [databases]
            * = host=\(folder) port=\(cluster.port)
            [pgbouncer]
            pool_mode = transaction
            default_pool_size = \(connections)
            max_client_conn = 50
            listen_addr =
            listen_port = 6432
            unix_socket_dir = \(folder)
            auth_type = any
            ignore_startup_parameters = extra_float_digits
            """
        let file = "\(folder)/pgbouncer.ini"
        let asPostgres = getuid() == 0
        // "any" logs in as the user of the database entry.
        try settings.replacing("host=", with: "user=\(user) host=").write(
            toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let bouncer = PgBouncer(
            address: "host=\(folder) port=6432 user=\(user)",
            command: [path, "-q"] + (asPostgres ? ["-u", "postgres"] : []) + [file], socket: "\(folder)/.s.PGSQL.6432")
        try await bouncer.start()
        defer { bouncer.kill() }
        try await body(bouncer)
    }

    private init(address: String, command: [String], socket: String) {
        self.address = address
        self.command = command
        self.socket = socket
    }

    /// Starts it again after ``kill()``; returns when it takes connections.
    public func start() async throws {
        // What a killed one has left.
        try? FileManager.default.removeItem(atPath: socket)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let isRunning = { [id = process.processIdentifier] in Foundation.kill(id, 0) == 0 }
        self.process.withLock { $0 = process }
        let deadline = ContinuousClock.now + .seconds(30)
        while !FileManager.default.fileExists(atPath: socket) {
            guard isRunning(), ContinuousClock.now < deadline else {
                kill()
                throw NotServing()
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Ends it at once, with every connection. It holds nothing worth an orderly end, which SIGTERM has been seen not to
    /// bring about.
    public func kill() {
        process.withLock { process in
            guard let running = process else { return }
            Foundation.kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }
}
