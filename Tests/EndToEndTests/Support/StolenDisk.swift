import Foundation
import Postgres
import PostgresCluster

/// All that a thief of the database's machine and its backups has.
struct StolenDisk {
    /// What is searched as one.
    struct Part {
        let name: String
        let bytes: [UInt8]
    }

    /// Keeps every change in the log of writes, every row in its table, and every statement with its parameters in the
    /// server's log.
    static let settings = [
        "full_page_writes": "on", "wal_keep_size": "4GB", "max_wal_size": "4GB", "checkpoint_timeout": "1h",
        "autovacuum": "off", "log_statement": "all", "log_min_duration_statement": "0", "log_connections": "on",
        "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1", "log_error_verbosity": "verbose",
    ]

    private let directory: URL
    let dump: Part

    /// Writes everything out, dumps all databases as text, and ends the server.
    static func take(from cluster: PostgresCluster) async throws -> StolenDisk {
        let superuser = try await Connection.open(cluster.superuserURL())
        for statement in ["checkpoint", "select pg_switch_wal()"] { try await superuser.script(statement) }
        await superuser.close()
        let program = try PostgresBinaries.find().path(of: "pg_dumpall")
        let dump = try await ChildProcess.run(
            [program, "-d", cluster.superuserURL()], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
        guard dump.status == 0 else { throw NotInTime(description: "pg_dumpall failed: \(dump.output)") }
        await cluster.stop()
        return StolenDisk(
            directory: URL(filePath: cluster.directory), dump: Part(name: "dump", bytes: Array(dump.output.utf8)))
    }

    /// The dump, every file, and the log of writes in one piece.
    func forEachPart(_ body: (Part) throws -> Void) throws {
        try body(dump)
        var log: [UInt8] = []
        for path in try files() {
            let bytes = try Data(contentsOf: directory.appending(path: path))
            if Self.isSegment(path) {
                log += Self.records(of: bytes)
            } else {
                try body(Part(name: path, bytes: Array(bytes)))
            }
        }
        try body(Part(name: "WAL", bytes: log))
    }

    /// In order of their names, in which segments follow each other.
    private func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted().filter { path in
            try directory.appending(path: path).resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
        }
    }

    private static func isSegment(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return path.contains("/pg_wal/") && name.count == 24 && name.allSatisfy(\.isHexDigit)
    }

    /// A segment without the headers of its pages, which may stand in the middle of a record.
    private static func records(of segment: Data) -> [UInt8] {
        let page = 8192
        return stride(from: 0, to: segment.count, by: page).flatMap { start in
            segment.dropFirst(start).prefix(page).dropFirst(start == 0 ? 40 : 24)
        }
    }
}
