/// What went wrong between a statement and its rows: observed facts, never a guess from a message.
public enum PostgresError: Error, Hashable, Sendable {
    /// No connection came about.
    case connect(reason: String, cause: ConnectCause = .unknown)
    /// The connection is spent. With `outcomeUnknown` a commit may or may not have happened;
    /// without it nothing was committed and the work may be repeated.
    case connectionLost(reason: String, outcomeUnknown: Bool)
    /// The server has committed but warned: it no longer waits for the synchronous standby that should have the commit
    /// too, so that a failover may undo it. Whether the work is done is unknown; the connection stays usable.
    case commitUnconfirmed
    /// The server refused the statement; its transaction has no effect.
    case server(ServerError)
    /// A parameter can't be sent; nothing was.
    case encoding(EncodingFault)
    /// The rows aren't what the statement promises. The statement itself took effect.
    case decoding(DecodingFault)
    /// Time ran out; nothing was committed.
    case timeout(Timeout)
    /// The task was cancelled; nothing was committed.
    case cancelled
    /// As many statements wait for a connection of the pool as may; this one was not sent.
    case tooManyWaiting
    /// The pool or the connection was closed before.
    case closed
    /// A transaction was begun inside another one of the same connection.
    case transactionInProgress

    public enum Timeout: Hashable, Sendable {
        /// Every connection of the pool stayed busy for as long as a statement may wait.
        case waitingForConnection
        /// The server didn't answer while a connection was being opened.
        case connecting
        /// The statement ran longer than its deadline and was cancelled.
        case statement
    }
}

/// Why a parameter can't be sent.
public struct EncodingFault: Hashable, Sendable {
    /// The parameter's position, from 1.
    public let parameter: Int
    public let reason: String
}

/// Why rows can't be read as the statement's output.
public struct DecodingFault: Hashable, Sendable {
    public let column: String?
    public let expected: String
    public let actual: String
}

/// Why one value can't be encoded or decoded; the statement adds which one it was.
public struct ValueFault: Error, Hashable, Sendable {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

extension PostgresError {
    /// What it is, without anything that was said with it: the SQLSTATE of what the server refused, else the case's name.
    var kind: String {
        switch self {
        case .connect: "connect"
        case .connectionLost: "connection_lost"
        case .commitUnconfirmed: "commit_unconfirmed"
        case .server(let error): error.state.rawValue
        case .encoding: "encoding"
        case .decoding: "decoding"
        case .timeout: "timeout"
        case .cancelled: "cancelled"
        case .tooManyWaiting: "too_many_waiting"
        case .closed: "closed"
        case .transactionInProgress: "transaction_in_progress"
        }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .connect(let reason, _): "No connection to PostgreSQL: \(reason)"
        case .connectionLost(let reason, outcomeUnknown: true):
            "The connection to PostgreSQL was lost and it is unknown whether the work was committed: \(reason)"
        case .connectionLost(let reason, outcomeUnknown: false):
            "The connection to PostgreSQL was lost, nothing was committed: \(reason)"
        case .commitUnconfirmed:
            "PostgreSQL committed with a warning: it is unknown whether a synchronous standby has the work too."
        case .server(let error): error.description
        case .encoding(let fault): "Parameter \(fault.parameter) can't be sent to PostgreSQL: \(fault.reason)"
        case .decoding(let fault):
            "Expected \(fault.expected)\(fault.column.map { " in column “\($0)”" } ?? ""), got \(fault.actual)."
        case .timeout(.waitingForConnection): "No connection to PostgreSQL became free in time."
        case .timeout(.connecting): "PostgreSQL didn't answer in time while connecting."
        case .timeout(.statement): "The statement ran longer than its deadline and was cancelled."
        case .cancelled: "The task was cancelled."
        case .tooManyWaiting: "Too many statements wait for a connection to PostgreSQL."
        case .closed: "The connection or its pool is closed."
        case .transactionInProgress: "This connection is in a transaction already."
        }
    }
}
