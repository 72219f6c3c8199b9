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
    /// Requests whose head has been read and whose response isn't finished.
    private var unanswered = 0
    /// Responses handed to the socket and not yet taken.
    private var untaken = 0
    private var untakenSince: NIODeadline

    /// A connection that was opened now: its first head is awaited.
    init(deadlines: ConnectionDeadlines, now: NIODeadline) {
        self.deadlines = deadlines
        reading = .head(since: now)
        untakenSince = now
    }

    /// Whether the request being read has its answer already, so that the rest of it matters to nobody.
    var isReadingAnsweredRequest: Bool {
        if case .body = reading { unanswered == 0 } else { false }
    }

    /// Whether no request has been read beyond the one whose response is due.
    var isAnsweringLastRequest: Bool { unanswered == 1 }

    mutating func bytesArrived(now: NIODeadline) {
        if case .nothing = reading { reading = .head(since: now) }
        if firstByte == nil { firstByte = now }
    }

    mutating func headRead(now: NIODeadline) {
        reading = .body(since: firstByte ?? now)
        unanswered += 1
    }

    mutating func requestRead(now: NIODeadline) {
        reading = .nothing(since: now)
        firstByte = nil
    }

    mutating func responseWritten(now: NIODeadline) {
        unanswered = max(0, unanswered - 1)
        if untaken == 0 { untakenSince = now }
        untaken += 1
        switch reading {
        case .nothing: reading = .nothing(since: now)
        case .head: reading = .head(since: now)
        case .body: break
        }
    }

    mutating func responseTaken(now: NIODeadline) {
        untaken = max(0, untaken - 1)
        untakenSince = now
    }

    /// When the connection is to be closed unless something happens before; nil while the service itself is at work.
    var deadline: NIODeadline? {
        switch (readingDeadline, untaken > 0 ? untakenSince + TimeAmount(deadlines.response) : nil) {
        case (let reading?, let writing?): min(reading, writing)
        case (let reading, let writing): reading ?? writing
        }
    }

    private var readingDeadline: NIODeadline? {
        switch reading {
        case .nothing(let since): unanswered == 0 ? since + TimeAmount(deadlines.idle) : nil
        case .head(let since): unanswered == 0 ? since + TimeAmount(deadlines.head) : nil
        case .body(let since): since + TimeAmount(deadlines.request)
        }
    }
}
