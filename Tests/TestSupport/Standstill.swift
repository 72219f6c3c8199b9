import Foundation
import Postgres
public import PostgresCluster

/// A server that neither answers nor hangs up, as one does whose machine or disk hangs.
public enum Standstill {
    struct Refused: Error {}

    /// Stops every process of a server for as long as `body` runs.
    public static func of<R>(
        _ cluster: PostgresCluster, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R
    ) async throws -> R {
        let postmaster = try await postmaster(of: cluster)
        // It first, so that it starts no more of the others.
        guard kill(postmaster, SIGSTOP) == 0 else { throw Refused() }
        let all = children(of: postmaster) + [postmaster]
        defer { for process in all { kill(process, SIGCONT) } }
        for process in all { kill(process, SIGSTOP) }
        return try await body()
    }

    private static func postmaster(of cluster: PostgresCluster) async throws -> pid_t {
        let connection = try await Connection.open(cluster.superuserURL())
        let process = try await connection.first(firstLine, ())
        await connection.close()
        guard let process, process > 0 else { throw Refused() }
        return process
    }

    private static let firstLine = Statement<Void, Int32>(
        #"select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::integer"#, bind: { () },
        row: { (process: Int32) in process })

    private static func children(of process: pid_t) -> [pid_t] {
        let file = "/proc/\(process)/task/\(process)/children"
        return (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: " ").compactMap { pid_t($0) }
            ?? []
    }
}
