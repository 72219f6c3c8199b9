import Foundation
public import PostgresCluster

/// A proxy on a loopback port that speaks TLS for a server, in records as large as TLS has them.
public struct TLSProxy: Sendable {
    public let port: Int

    /// It ended, or never said where it listens.
    struct NotServing: Error {}

    private static let python: String? = {
        let folders =
            ["/usr/bin"] + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Where everything has to be tested, a Python that isn't installed is a failure.
    public static var isExpected: Bool {
        python != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Runs `body` while it serves. `certificate` says where the certificate and its key are, as ``TestAuthority`` does.
    public static func run<R>(
        before cluster: PostgresCluster, certificate: [String], _ body: (TLSProxy) async throws -> R
    ) async throws -> R {
        guard let python else { throw NotServing() }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "tls_proxy.py")
        let (output, input) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [script.path] + certificate + ["\(cluster.socketDirectory)/.s.PGSQL.\(cluster.port)"]
        process.standardOutput = output
        // When this process dies, however it dies, the proxy sees the end of its input.
        process.standardInput = input
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .newlines)) else { throw NotServing() }
        return try await body(TLSProxy(port: port))
    }
}
