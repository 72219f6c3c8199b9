import Foundation
import PostgresCluster
import Synchronization

/// Databases on a server that isn't ours, to be dropped when this process ends.
enum Leftovers {
    private struct Found: Sendable {
        var databases: [String] = []
        var psql: [String] = []
    }

    private static let found = Mutex(Found())

    static func dropAtExit(database: String, psql: [String]) {
        let isFirst = found.withLock { found in
            found.databases.append(database)
            found.psql = psql
            return found.databases.count == 1
        }
        if isFirst {
            atexit { Leftovers.drop() }
        }
    }

    private static func drop() {
        let (databases, psql) = found.withLock { ($0.databases, $0.psql) }
        guard let program = psql.first else { return }
        let statements = databases.flatMap { ["-c", "DROP DATABASE IF EXISTS \($0) WITH (FORCE)"] }
        let result = try? ChildProcess.runBlocking(
            [program, "-X", "-q"] + statements + psql.dropFirst(), environment: ChildProcess.testEnvironment)
        if result?.status != 0 {
            print("Test databases could not be dropped: \(result?.output ?? "psql did not start")")
        }
    }
}
