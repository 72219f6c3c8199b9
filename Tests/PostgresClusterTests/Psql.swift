import FoundationEssentials
import PostgresCluster

struct PsqlError: Error {
    let output: String
}

/// What psql prints for the statements: rows a line each, columns apart by `|`.
func psql(_ url: String, _ statements: String) async throws -> String {
    let result = try await ChildProcess.run(
        [
            PostgresBinaries.find().path(of: "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c",
            statements,
        ],
        environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
    guard result.status == 0 else { throw PsqlError(output: result.output) }
    return String(result.output.trimmingSuffix(while: \.isNewline))
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
