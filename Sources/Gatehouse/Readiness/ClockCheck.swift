import FoundationEssentials
import Postgres

/// Whether this machine's clock goes with the database's: lifetimes and the grace are reckoned with both.
enum ClockCheck {
    /// The most seconds they may differ.
    static let tolerance = 2.0

    /// Why the clocks may not differ like that; nil when they may.
    ///
    /// - Parameter offset: How many seconds this machine is ahead of the database.
    static func fault(ofOffset offset: Double) -> String? {
        guard abs(offset) > tolerance else { return nil }
        let seconds = (abs(offset) * 10).rounded() / 10
        return "\(seconds) s \(offset > 0 ? "ahead of" : "behind") the database's; see to the time of both machines"
    }
}

/// What the database's server says of itself, and when.
struct ServerMoment: Sendable {
    /// How many seconds this machine's clock is ahead of the server's at the least. The time that the question was under
    /// way is granted to both.
    let offset: Double
    let isReadOnly: Bool

    static func read(on connection: Connection, clock: Clock) async throws(PostgresError) -> ServerMoment {
        let before = clock.now()
        guard let server = try await connection.first(moment, (), deadline: .seconds(1)) else { throw .closed }
        let after = clock.now()
        let (least, most) = (before.timeIntervalSince(server.time), after.timeIntervalSince(server.time))
        let offset = least > 0 ? least : most < 0 ? most : 0
        return ServerMoment(offset: offset, isReadOnly: server.isReadOnly)
    }

    static let moment = Statement<Void, (time: Date, isReadOnly: Bool)>(
        "select clock_timestamp(), current_setting('transaction_read_only') = 'on'", bind: { () },
        row: { (time: Date, isReadOnly: Bool) in (time: time, isReadOnly: isReadOnly) })
}
