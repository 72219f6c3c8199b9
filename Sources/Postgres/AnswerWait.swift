/// Waits for the server's answer while it watches the clock and the wake pipe. When time is up or the task is
/// cancelled it asks the server to cancel the statement, and gives it a bounded time to say that it did.
struct AnswerWait {
    /// How long a server may take to end a cancelled statement before the connection counts as spent.
    private static let patience = Duration.seconds(2)
    /// A request that arrives before the statement has begun has no effect, so it is repeated.
    private static let cancelInterval = Duration.milliseconds(200)
    /// How long to wait for the socket of an encrypted connection before reading all the same: what comes just before
    /// ``LibPQ/readRest(interrupt:)`` reads a second time may leave a rest that no wait sees.
    private static let longestBlindWait = Duration.milliseconds(100)

    /// What to do when the deadline has come.
    enum Overrun {
        case cancel
        /// The deadline is the end; for a question that any living server answers.
        case giveUp
    }

    private let libpq: LibPQ
    private let wake: WakePipe
    private let overrun: Overrun
    /// Raised when the task is cancelled; nil for what must not stop half-way.
    private let cancellation: Signal?
    private var wakeUpAt: ContinuousClock.Instant
    private var givesUpAt: ContinuousClock.Instant?
    private var cancelDelivery: Signal?
    /// Looked for when it turns out to be wanted: most answers are complete after one read.
    private var mayHaveRest = false
    /// Why the statement is being cancelled, if it is.
    private(set) var interruption: PostgresError?

    init(
        on libpq: LibPQ, wake: WakePipe, until deadline: ContinuousClock.Instant, cancellation: Signal?,
        overrun: Overrun = .cancel
    ) {
        self.libpq = libpq
        self.wake = wake
        self.overrun = overrun
        self.cancellation = cancellation
        wakeUpAt = deadline
    }

    /// Sends what is still to be sent and reads what has come, once. To be called while libpq is busy. Throws when the connection is
    /// lost.
    mutating func forInput() throws(ConnectionLoss) {
        if mayHaveRest {
            mayHaveRest = false
            guard libpq.readRest(interrupt: wake) else { throw ConnectionLoss(libpq.errorMessage) }
            guard libpq.isBusy else { return }
        }
        guard let isFlushed = libpq.flush() else { throw ConnectionLoss(libpq.errorMessage) }
        let limit = libpq.isEncrypted ? min(wakeUpAt, .now + Self.longestBlindWait) : wakeUpAt
        let ready = waitForSocket(
            libpq.socket, for: isFlushed ? .read : .readOrWrite, interrupt: wake, until: limit)
        try handle(ready)
        if ready.isEmpty || ready.contains(.readable) {
            guard libpq.consumeInput() else { throw ConnectionLoss(libpq.errorMessage) }
            mayHaveRest = libpq.isEncrypted
        }
        // A server that keeps sending, or taking, leaves nothing to wait for, so that the wait never finds time to be up.
        if libpq.isBusy, ContinuousClock.now >= wakeUpAt { try timeIsUp() }
    }

    /// Until no cancel request is under way that could hit the next statement.
    mutating func forCancelRequests() throws(ConnectionLoss) {
        let noSocket: Int32 = -1
        while cancelDelivery != nil {
            let ready = waitForSocket(noSocket, for: .read, interrupt: wake, until: wakeUpAt)
            try handle(ready)
            if ready.isEmpty { try timeIsUp() }
        }
    }

    private mutating func handle(_ ready: SocketReadiness) throws(ConnectionLoss) {
        guard ready.contains(.woken) else { return }
        wake.drain()
        if cancelDelivery?.isRaised == true { cancelDelivery = nil }
        if cancellation?.isRaised == true { try interrupt(.cancelled) }
    }

    private mutating func timeIsUp() throws(ConnectionLoss) {
        if overrun == .giveUp { throw ConnectionLoss("the server doesn't answer", isSilent: true) }
        guard let givesUpAt else { return try interrupt(.timeout(.statement)) }
        guard ContinuousClock.now < givesUpAt else {
            throw ConnectionLoss("the server didn't end a cancelled statement")
        }
        try requestCancel()
    }

    private mutating func interrupt(_ reason: PostgresError) throws(ConnectionLoss) {
        guard interruption == nil else { return }
        interruption = reason
        givesUpAt = .now + Self.patience
        try requestCancel()
    }

    private mutating func requestCancel() throws(ConnectionLoss) {
        wakeUpAt = .now + Self.cancelInterval
        guard cancelDelivery == nil, let request = libpq.cancelRequest() else { return }
        let (wake, delivery) = (wake, Signal())
        let isUnderWay = startThread {
            request.deliver()
            delivery.raise(waking: wake)
        }
        guard isUnderWay else { throw ConnectionLoss("the system refused a thread to cancel a statement") }
        cancelDelivery = delivery
    }
}

/// The connection broke; whether anything was committed is for the caller to know.
struct ConnectionLoss: Error {
    let reason: String
    /// Whether the server left unanswered what any living one answers.
    let isSilent: Bool

    init(_ reason: String, isSilent: Bool = false) {
        self.reason = reason
        self.isSilent = isSilent
    }
}
