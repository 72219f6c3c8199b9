/// What has been said of a database that fails, and what is to be said next.
struct DatabaseTrouble {
    typealias Instant = ContinuousClock.Instant

    /// Between two words of failure; and how long nothing may have failed until it is over, unless it is known at once.
    static let pause = Duration.seconds(60)

    /// Nil while all is well, for all that has been said.
    private(set) var said: DatabaseFault?
    private var saidAt: Instant?
    /// What failed last, said or not.
    private var last: DatabaseFault?
    private var failedAt: Instant?

    /// Whether it is to be said.
    mutating func failed(by fault: DatabaseFault, at now: Instant) -> Bool {
        (last, failedAt) = (fault, now)
        guard fault != said else { return false }
        if let saidAt, now - saidAt < Self.pause { return false }
        (said, saidAt) = (fault, now)
        return true
    }

    /// Whether it is to be said that it is over. A statement that succeeds proves little: with a full disk reads go on, and where
    /// connections are refused those that there are serve.
    mutating func succeeded(byOpening: Bool, at now: Instant) -> Bool {
        guard let said, let last, let failedAt else { return false }
        let isOver = byOpening && said.isOfConnecting && last.isOfConnecting
        guard isOver || now - failedAt >= Self.pause else { return false }
        self.said = nil
        return true
    }
}
