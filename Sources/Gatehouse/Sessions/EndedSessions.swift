import FoundationEssentials
import Postgres

/// What a statement that ends sessions has come to.
struct EndedSessions: Sendable {
    /// Whether it has ended any.
    let any: Bool
    /// Whether the server waits for a standby before it acknowledges a commit.
    let isReplicated: Bool
}

extension Database {
    /// Runs a statement that ends sessions; whether it has ended any, nil where it says nothing.
    @discardableResult
    func end<Input: Sendable>(
        _ statement: Statement<Input, EndedSessions>, _ input: Input, in tenant: UUID
    ) async throws(PostgresError) -> Bool? {
        guard let ended = try await first(statement, input, in: tenant) else { return nil }
        try await confirm(ended, in: tenant)
        return ended.any
    }

    /// Where there were none to end it may have been an earlier attempt that ended them, of which the standby hasn't heard yet: nobody is
    /// told that a session is over which a failover would bring back.
    func confirm(_ ended: EndedSessions, in tenant: UUID) async throws(PostgresError) {
        if !ended.any, ended.isReplicated { try await confirm(in: tenant) }
    }
}
