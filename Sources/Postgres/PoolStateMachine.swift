/// What a pool knows and decides, without connections, threads or clocks of its own. Every method returns what its
/// owner has to do.
///
/// Waiting statements are served in the order of their arrival, but that those of a party which holds its share are passed over
/// until it gives one back (``PoolShares``). Idle connections are lent again last in, first out, so that the ones in use stay
/// warm. Where one turns out to be left without an answer, those that have been idle as long go with it, and where one was left
/// because its server takes no writes, all there are. After a failed attempt only one attempt is made at a time.
struct PoolStateMachine<Link: Hashable> {
    typealias Instant = ContinuousClock.Instant

    enum Lease: Equatable {
        case lent(Link)
        case waits([Action])
        case refused(PostgresError)
    }

    enum Action: Equatable {
        case lend(Link, to: UInt64)
        case refuse(waiter: UInt64, PostgresError)
        case open(after: Duration)
        case close(Link)
        /// Call ``timePassed(woken:now:)`` then, with that instant.
        case wake(at: Instant)
    }

    struct Loan {
        let party: Int?
        /// Loans are numbered in their order.
        let number: Int
        let generation: Int
    }

    private let size: Int
    private let waitDeadline: Duration
    private let maximumWaiters: Int
    private let backoff: Backoff
    private let jitter: @Sendable () -> Double

    /// While there are any, nobody waits but for a share. Each with the last loan there had been when it became idle.
    var idle: [(link: Link, since: Int)] = []
    var busy: [Link: Loan] = [:]
    var lastLoan = 0
    /// How often all connections have been given up. What is idle is of the last one.
    var generation = 0
    var shares: PoolShares
    private var connecting = 0
    private var failures = 0
    /// The attempt under way, the only one, follows a failure.
    private var isRetrying = false
    private var waiters = WaiterQueue()
    private var timer: Instant?
    private(set) var isClosed = false

    /// - Parameter jitter: A random number from 0 to 1.
    init(
        size: Int, waitDeadline: Duration, maximumWaiters: Int, backoff: Backoff,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.size = size
        shares = PoolShares(size: size)
        self.waitDeadline = waitDeadline
        self.maximumWaiters = maximumWaiters
        self.backoff = backoff
        self.jitter = jitter
    }

    var status: PoolStatus {
        PoolStatus(size: size, busy: busy.count, idle: idle.count, connecting: connecting, waiting: waiters.count)
    }

    /// Whether a connection that this party uses should come back as soon as it can: somebody waits who would get it.
    func isWanted(from party: Int?) -> Bool {
        isClosed || waiters.count > waitingForShare(but: party)
    }

    /// An idle connection, if the party may have another one.
    mutating func lendAtOnce(for party: Int? = nil) -> Link? {
        guard !isClosed, !shares.isExhausted(by: party), let link = idle.popLast()?.link else { return nil }
        lend(link, for: party)
        return link
    }

    /// - Parameters:
    ///   - party: Whom the waiter asks for. One party may take half of the room there is for waiting, so that a crowd on one
    ///     leaves the others theirs.
    ///   - always: Whether it may wait however many do already.
    ///   - start: When it began to wait, where that was for a connection that it has lost.
    mutating func request(
        by waiter: UInt64, for party: Int? = nil, always: Bool = false, since start: Instant? = nil, now: Instant
    ) -> Lease {
        guard !isClosed else { return .refused(.closed) }
        if let link = lendAtOnce(for: party) { return .lent(link) }
        guard always || hasRoom(for: party) else { return .refused(.tooManyWaiting) }
        waiters.insert(Waiter(id: waiter, party: party, deadline: (start ?? now) + waitDeadline))
        return .waits(openIfNeeded() + setTimer())
    }

    /// The waiter's task was cancelled. False when it no longer waits: it has been answered.
    mutating func withdraw(waiter: UInt64) -> Bool { waiters.remove(waiter) }

    /// - Parameter attempt: The generation in which the attempt began.
    mutating func opened(_ link: Link, begunIn attempt: Int) -> [Action] {
        connecting -= 1
        failures = 0
        isRetrying = false
        guard !isClosed else { return [.close(link)] }
        guard attempt == generation else { return [.close(link)] + openIfNeeded() }
        idle.append((link: link, since: lastLoan))
        return serve()
    }

    /// With no connection left to hope for, everybody who waits gets the error at once. Attempts that were made together count as one
    /// failure.
    mutating func openingFailed(_ error: PostgresError) -> [Action] {
        connecting -= 1
        if failures == 0 || isRetrying { failures += 1 }
        isRetrying = false
        if isClosed { return [] }
        if busy.isEmpty, idle.isEmpty, connecting == 0 {
            return waiters.removeAll().map { .refuse(waiter: $0.id, error) }
        }
        return openIfNeeded()
    }

    /// - Parameters:
    ///   - instant: The one that was asked for. Who wakes for it may be early, and isn't woken a second time.
    ///   - now: What the clock says.
    mutating func timePassed(woken instant: Instant, now: Instant) -> [Action] {
        let now = max(instant, now)
        if let due = timer, due <= now { timer = nil }
        let late = waiters.removeOverdue(at: now)
        return late.map { .refuse(waiter: $0.id, .timeout(.waitingForConnection)) } + setTimer()
    }

    mutating func close() -> [Action] {
        isClosed = true
        defer { idle = [] }
        return waiters.removeAll().map { .refuse(waiter: $0.id, .closed) } + idle.map { .close($0.link) }
    }

    private func hasRoom(for party: Int?) -> Bool {
        guard waiters.count < maximumWaiters else { return false }
        guard let party, waiters.count >= maximumWaiters / 2 else { return true }
        return waiters.count(of: party) < maximumWaiters / 2
    }

    /// How many wait for no connection but for one of their own party's to come back, apart from this party.
    private func waitingForShare(but party: Int? = nil) -> Int {
        shares.exhausted.reduce(0) { $1 == party ? $0 : $0 + waiters.count(of: $1) }
    }

    mutating func serve() -> [Action] {
        var actions: [Action] = []
        while !idle.isEmpty, let waiter = waiters.popFirst(passingOver: shares.exhausted) {
            let link = idle.removeLast().link
            lend(link, for: waiter.party)
            actions.append(.lend(link, to: waiter.id))
        }
        return actions + openIfNeeded()
    }

    private mutating func lend(_ link: Link, for party: Int?) {
        lastLoan += 1
        busy[link] = Loan(party: party, number: lastLoan, generation: generation)
        shares.take(for: party)
    }

    private mutating func openIfNeeded() -> [Action] {
        guard !isClosed else { return [] }
        let room = size - busy.count - idle.count - connecting
        let wanted = min(room, waiters.count - waitingForShare() - connecting)
        if failures > 0 {
            guard wanted > 0, connecting == 0 else { return [] }
            connecting = 1
            isRetrying = true
            return [.open(after: backoff.wait(afterFailures: failures, jitter: jitter()))]
        }
        guard wanted > 0 else { return [] }
        connecting += wanted
        return Array(repeating: .open(after: .zero), count: wanted)
    }

    private mutating func setTimer() -> [Action] {
        guard let first = waiters.first else { return [] }
        if let timer, timer <= first.deadline { return [] }
        timer = first.deadline
        return [.wake(at: first.deadline)]
    }
}
