import FoundationEssentials
import Postgres

/// The database's time, which all instances and operators share, however far their own clocks are apart.
enum DatabaseClock {
    /// That of the statement: a transaction that waited for another one began long before.
    static let now = Statement<Void, Date>("select statement_timestamp()", bind: { () }, row: { (now: Date) in now })
}
