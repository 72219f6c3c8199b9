/// What a pool knows and decides, without connections, threads or clocks of its own. Every method returns what its
/// owner has to do.
///
/// Waiting statements are served in the order of their arrival, but that those of a party which holds its share are passed over
/// until it gives one back (``PoolShares``). Idle connections are lent again last in, first out, so that the ones in use stay
/// warm. After a failed attempt only one attempt is made at a time.
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
        /// Call ``timePassed(now:)`` then.
        case wake(at: Instant)
    }

    private let size: Int
    private let waitDeadline: Duration
    private let maximumWaiters: Int
    private let backoff: Backoff
    private let jitter: @Sendable () -> Double

    /// While there are any, nobody waits but for a share.
    private var idle: [Link] = []
    /// Whom each is lent to.
    private var busy: [Link: Int?] = [:]
    private var shares: PoolShares
    private var connecting = 0
    private var failures = 0
    /// The attempt under way, the only one, follows a failure.
    private var isRetrying = false
    private var waiters = WaiterQueue()
    private var hasTimer = false
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
        guard !isClosed, !shares.isExhausted(by: party), let link = idle.popLast() else { return nil }
        lend(link, for: party)
        return link
    }

    /// - Parameters:
    ///   - party: Whom the waiter asks for. One party may take half of the room there is for waiting, so that a crowd on one
    ///     leaves the others theirs.
    ///   - always: Whether it may wait however many do already.
    mutating func request(by waiter: UInt64, for party: Int? = nil, always: Bool = false, now: Instant) -> Lease {
        guard !isClosed else { return .refused(.closed) }
        if let link = lendAtOnce(for: party) { return .lent(link) }
        guard always || hasRoom(for: party) else { return .refused(.tooManyWaiting) }
        waiters.append(Waiter(id: waiter, party: party, deadline: now + waitDeadline))
        return .waits(openIfNeeded() + setTimer())
    }

    /// The waiter's task was cancelled. False when it no longer waits: it has been answered.
    mutating func withdraw(waiter: UInt64) -> Bool { waiters.remove(waiter) }

    mutating func takeBack(_ link: Link, isUsable: Bool) -> [Action] {
        guard let party = busy.removeValue(forKey: link) else { return [] }
        shares.giveBack(from: party)
        guard isUsable, !isClosed else { return [.close(link)] + serve() }
        idle.append(link)
        return serve()
    }

    mutating func opened(_ link: Link) -> [Action] {
        connecting -= 1
        failures = 0
        isRetrying = false
        guard !isClosed else { return [.close(link)] }
        idle.append(link)
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

    mutating func timePassed(now: Instant) -> [Action] {
        hasTimer = false
        let late = waiters.removeOverdue(at: now)
        return late.map { .refuse(waiter: $0.id, .timeout(.waitingForConnection)) } + setTimer()
    }

    mutating func close() -> [Action] {
        isClosed = true
        defer { idle = [] }
        return waiters.removeAll().map { .refuse(waiter: $0.id, .closed) } + idle.map { .close($0) }
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

    private mutating func serve() -> [Action] {
        var actions: [Action] = []
        while !idle.isEmpty, let waiter = waiters.popFirst(passingOver: shares.exhausted) {
            let link = idle.removeLast()
            lend(link, for: waiter.party)
            actions.append(.lend(link, to: waiter.id))
        }
        return actions + openIfNeeded()
    }

    private mutating func lend(_ link: Link, for party: Int?) {
        busy.updateValue(party, forKey: link)
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
        guard !hasTimer, let first = waiters.first else { return [] }
        hasTimer = true
        return [.wake(at: first.deadline)]
    }
}
