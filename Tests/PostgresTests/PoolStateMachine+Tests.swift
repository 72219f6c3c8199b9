@testable import Postgres

extension PoolStateMachine {
    /// By an attempt that began after connections were last given up.
    mutating func opened(_ link: Link) -> [Action] { opened(link, begunIn: generation) }
}
