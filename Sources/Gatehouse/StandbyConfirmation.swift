import FoundationEssentials
import Postgres

/// What has to come before an answer that acknowledges what an earlier statement wrote.
///
/// With synchronous standbys a statement whose wait for them was cut short has written all the same, and whoever asked is told that
/// its outcome is unknown. The same request again finds everything done, writes nothing, and so waits for nothing by itself.
enum StandbyConfirmation {
    /// Whether the server waits for a standby before it acknowledges a commit, as a column for a statement that may find
    /// everything done.
    static let isNeeded = "current_setting('synchronous_standby_names') <> ''"

    /// Ends when the standby has all that was committed before it. A transaction that has written nothing else to the log
    /// than this waits like any other.
    static let statement = Statement<Void, String>(
        "select pg_logical_emit_message(true, 'gatehouse', '')::text", bind: { () },
        row: { (position: String) in position })
}

extension Database {
    /// Has the standby confirm what was found done.
    func confirm(in tenant: UUID) async throws(PostgresError) {
        try await execute(StandbyConfirmation.statement, (), in: tenant)
    }
}
