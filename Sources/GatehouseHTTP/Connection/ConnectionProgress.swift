import NIOCore

/// How far the client of one connection has come, and until when it must have come further: a value without I/O.
struct ConnectionProgress {
    /// What is being read. Times are those from which the deadline counts.
    private enum Reading {
        case nothing(since: NIODeadline)
        case head(since: NIODeadline)
        case body(since: NIODeadline)
    }

    private let deadlines: ConnectionDeadlines
    private var reading: Reading
    private var firstByte: NIODeadline?
    /// Whether a head has been read whose response isn't finished. There is one at a time (`ArrivalQueue`).
    private var isUnanswered = false
    /// When the responses were begun that the socket hasn't taken whole, the oldest first.
    private var untaken = CircularBuffer<NIODeadline>(initialCapacity: 1)
    /// A head that is broken has its answer, and no more time for that.
    private var isRefused = false
    /// Whether the service ends, and this connection with what has been begun on it.
    private(set) var isEnding = false

    /// A connection that was opened now: its first head is awaited.
    init(deadlines: ConnectionDeadlines, now: NIODeadline) {
        self.deadlines = deadlines
        reading = .head(since: now)
    }

    var isReadingHead: Bool {
        if case .head = reading { true } else { false }
    }

    /// Whether the request being read has its answer already, so that the rest of it matters to nobody.
    var isReadingAnsweredRequest: Bool {
        if case .body = reading { !isUnanswered } else { false }
    }

    mutating func serviceEnds() {
        isEnding = true
    }

    mutating func bytesArrived(now: NIODeadline) {
        if case .nothing = reading { reading = .head(since: now) }
        if firstByte == nil { firstByte = now }
    }

    mutating func headRead(now: NIODeadline) {
        reading = .body(since: firstByte ?? now)
        isUnanswered = true
    }

    mutating func requestRead(now: NIODeadline) {
        reading = .nothing(since: now)
        firstByte = nil
    }

    mutating func responseBegun(now: NIODeadline) {
        untaken.append(now)
    }

    mutating func responseWritten(now: NIODeadline) {
        guard isUnanswered else {
            isRefused = true
            return
        }
        isUnanswered = false
        switch reading {
        case .nothing: reading = .nothing(since: now)
        case .head:
            // It was begun before its turn, which is now.
            reading = .head(since: now)
            firstByte = now
        case .body: break
        }
    }

    mutating func responseTaken(now: NIODeadline) {
        _ = untaken.popFirst()
        guard untaken.isEmpty, !isUnanswered, !isRefused, case .head = reading else { return }
        // It may have had to wait for room for its answer: its turn is now.
        reading = .head(since: now)
        if firstByte != nil { firstByte = now }
    }

    /// Whether the socket has taken all that was written.
    var isAllTaken: Bool { untaken.isEmpty }

    /// When the connection is to be closed unless something happens before; nil while the service itself is at work.
    var deadline: NIODeadline? {
        switch (readingDeadline, takingDeadline) {
        case (let reading?, let taking?): min(reading, taking)
        case (let reading, let taking): reading ?? taking
        }
    }

    /// When the oldest response must have been taken. It counts from that response's own beginning: a reader that takes one
    /// after the other, each at the last moment, is a stalled reader too.
    var takingDeadline: NIODeadline? {
        untaken.first.map { $0 + TimeAmount(deadlines.response) }
    }

    private var readingDeadline: NIODeadline? {
        switch reading {
        case .nothing(let since): isUnanswered ? nil : since + idle
        case .head(let since) where isEnding && firstByte == nil: since + idle
        case .head(let since): isUnanswered || (!isAllTaken && !isRefused) ? nil : since + TimeAmount(deadlines.head)
        case .body(let since): since + TimeAmount(deadlines.request)
        }
    }

    /// Whoever is still taking a response is not idle.
    private var idle: TimeAmount {
        TimeAmount(isEnding && untaken.isEmpty ? deadlines.idleAtEnd : deadlines.idle)
    }
}
