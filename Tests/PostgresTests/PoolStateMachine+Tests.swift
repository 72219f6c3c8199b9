@testable import Postgres

extension PoolStateMachine {
    /// By an attempt that began after connections were last given up.
    mutating func opened(_ link: Link) -> [Action] { opened(link, begunIn: generation) }
}

extension PoolStateMachine<Int> {
    /// Waits five seconds for a connection, and a second after a first failure, to the full.
    static func patient(size: Int, maximumWaiters: Int = 100) -> Self {
        Self(
            size: size, waitDeadline: .seconds(5), maximumWaiters: maximumWaiters,
            backoff: Backoff(first: .seconds(1), longest: .seconds(8)),
            jitter: { 1 })
    }
}
