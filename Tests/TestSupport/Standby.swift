import Foundation
public import PostgresCluster

/// Runs `body` with a server that follows `primary` by streaming replication and may be promoted. It is removed afterwards.
public func withStandby<R>(
    of primary: PostgresCluster, settings: [String: String] = [:], isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresCluster) async throws -> R
) async throws -> R {
    let binaries = try PostgresBinaries.find()
    let standby = PostgresCluster.throwaway(binaries: binaries, settings: settings)
    try await copy(primary, to: standby, with: binaries)
    do {
        try await standby.start()
        let result = try await body(standby)
        await standby.discard()
        return result
    } catch {
        await standby.discard()
        throw error
    }
}

/// A base backup that knows whom to follow, and belongs to whom the primary's data belong to.
private func copy(
    _ primary: PostgresCluster, to standby: PostgresCluster, with binaries: PostgresBinaries
) async throws {
    try FileManager.default.createDirectory(
        atPath: standby.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let data = "\(standby.directory)/data"
    for command in [
        [
            binaries.path(of: "pg_basebackup"), "-D", data, "-d", primary.superuserURL(), "--write-recovery-conf",
            "--checkpoint=fast", "--no-sync",
        ],
        ["chown", "-R", "--reference=\(primary.directory)/data", standby.directory],
    ] {
        let result = try await ChildProcess.run(command, environment: ChildProcess.testEnvironment)
        guard result.status == 0 else { throw TestServerError.statementFailed(result.output) }
    }
}
