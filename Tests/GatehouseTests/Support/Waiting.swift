import Postgres
import Synchronization
import TestSupport

@testable import Gatehouse

/// Returns once `condition` holds, and throws when the time of the test is over: what is waited for tells nobody.
func wait(until condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

/// Whether something has happened that others don't wait for.
final class Flag: Sendable {
    private let flag = Mutex(false)
    var isSet: Bool { flag.withLock { $0 } }
    func set() { flag.withLock { $0 = true } }
}

/// Waits for as many sessions of the database to wait for locks that others hold: for advisory ones, and for any other.
func waitForLocks(
    seenBy watcher: Connection, until isSo: (_ advisory: Int, _ others: Int) -> Bool
) async throws {
    let waiting = Statement<Void, (Int, Int)>(
        """
        select count(*) filter (where wait_event = 'advisory'), count(*) filter (where wait_event <> 'advisory')
        from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        """, bind: { () }, row: { (advisory: Int, others: Int) in (advisory, others) })
    try await wait {
        guard let (advisory, others) = try await watcher.first(waiting, ()) else { return false }
        return isSo(advisory, others)
    }
}

extension Installation {
    /// Until so many sessions wait for locks that others hold.
    func waitForLocks(_ count: Int) async throws {
        let watcher = try await Connection.open(database.superuserURL)
        try await GatehouseTests.waitForLocks(seenBy: watcher) { $0 + $1 == count }
        await watcher.close()
    }
}
