import NIOCore
import NIOHTTP1

/// What a client has sent and has to wait its turn: one request of a connection is answered at a time. A value without I/O.
///
/// A client may send as many as it likes without reading an answer (pipelining). Taken one by one, they get no more of the
/// service at once than the one request of any other client, and all that waits here is what was decoded together. Where each
/// is answered at once they would still hold the event loop until none is left: so the loop has a pause for others after some.
struct ArrivalQueue {
    enum Arrival {
        case part(HTTPServerRequestPart)
        case error(any Error)
    }

    /// What to do next about what waits.
    enum Step {
        case take(Arrival)
        /// Some requests in a row were taken: others have their turn first.
        case pause
        /// Nothing is here, or it has to wait for the answer to the request before it.
        case wait
    }

    /// How many requests of one read are taken without a pause.
    private static let burst = 16

    private var waiting = CircularBuffer<Arrival>(initialCapacity: 1)
    private var takenInARow = 0
    private var isPausing = false
    /// The client is gone: nothing is taken any more.
    private var isEnded = false
    /// A request has been taken of which more is to come.
    private(set) var isInRequest = false
    /// A request has been taken that isn't answered.
    private(set) var isUnanswered = false
    /// The connection ends with the answer that was given last.
    private(set) var isOver = false
    /// More came than was answered.
    private(set) var hasDropped = false

    var isEmpty: Bool { waiting.isEmpty }
    /// Nothing is of interest any more: what comes is behind the last request that is answered.
    var isPast: Bool { isOver && !isInRequest }

    mutating func arrived(_ arrival: Arrival) {
        if isPast {
            drop()
        } else if !isEnded {
            waiting.append(arrival)
        }
    }

    /// More has come behind the last request that is answered.
    mutating func drop() {
        hasDropped = true
    }

    /// What comes next has been read off the socket later than all before.
    mutating func nextRead() {
        takenInARow = 0
    }

    mutating func pauseEnded() {
        isPausing = false
        takenInARow = 0
    }

    /// - Parameter isLast: Whether the connection ends with this answer.
    mutating func answered(isLast: Bool) {
        isUnanswered = false
        if isLast { noMore() }
    }

    /// Nothing is answered any more.
    mutating func noMore() {
        isOver = true
        guard !isInRequest, !waiting.isEmpty else { return }
        hasDropped = true
        waiting.removeAll()
    }

    mutating func end() {
        isEnded = true
        waiting.removeAll()
    }

    /// The head of a request waits until the one before it is read and answered, and until there is room for its answer; an error, until
    /// that one is answered. Whatever is behind them waits with them.
    ///
    /// - Parameter hasRoom: Whether the client reads its answers as fast as they are written.
    mutating func next(hasRoom: Bool) -> Step {
        guard let first = waiting.first else { return .wait }
        switch first {
        case .error:
            guard !isUnanswered || isInRequest else { return .wait }
        case .part(.head):
            guard !isInRequest, !isUnanswered, !isOver, !isPausing, hasRoom else { return .wait }
            guard takenInARow < Self.burst else {
                isPausing = true
                return .pause
            }
            takenInARow += 1
            isInRequest = true
            isUnanswered = true
        case .part(.body): break
        case .part(.end): isInRequest = false
        }
        return .take(waiting.removeFirst())
    }
}
