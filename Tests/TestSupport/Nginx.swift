import Foundation
import PostgresCluster

/// An nginx of its own: an unprivileged process whose files are in a temporary folder.
public enum Nginx {
    /// It ended, or didn't listen in time.
    struct NotServing: Error {
        let log: String
    }

    /// Nil when it isn't installed.
    public static var path: String? {
        ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"]
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Where everything has to be tested, an nginx that isn't installed is a failure.
    public static var isExpected: Bool {
        path != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Runs `body` while nginx serves by `servers`, which stands in the block `http` and has to listen on `port` of loopback.
    public static func with<R>(
        at path: String, port: Int, servers: String, _ body: () async throws -> R
    ) async throws -> R {
        let name = "gatehouse-nginx-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let folder = "\(PostgresCluster.temporaryDirectory)/\(name)"
        let user = try ServerUser.current()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/nginx.conf"
        try configuration(in: folder, servers).write(toFile: file, atomically: true, encoding: .utf8)
        let log = "\(folder)/log"
        guard FileManager.default.createFile(atPath: log, contents: nil),
            chown(folder, user.id, user.group) == 0, chown(file, user.id, user.group) == 0
        else { throw NotServing(log: "its folder could not be made") }
        let command = try user.command([path, "-e", "stderr", "-p", folder, "-c", file])
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        // One process, which holds nothing worth an orderly end.
        defer { kill(process.processIdentifier, SIGKILL) }
        let deadline = ContinuousClock.now + .seconds(30)
        while !isListening(port) {
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw NotServing(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try await body()
    }

    private static func configuration(in folder: String, _ servers: String) -> String {
        let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        return """
            daemon off;
            master_process off;
            pid \(folder)/pid;
            error_log stderr;
            events {}
            http {
                access_log off;
            \(folders.map { "    \($0)_temp_path \(folder)/\($0);" }.joined(separator: "\n"))
            \(servers)
            }

            """
    }

    private static func isListening(_ port: Int) -> Bool {
        withSocket(port) { connect($0, $1, $2) == 0 }
    }
}
