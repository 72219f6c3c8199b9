public import Tracing

/// How a pool connects and how long its users wait.
public struct PoolConfiguration: Sendable {
    /// A libpq connection string or URL.
    public var conninfo: String
    /// The most connections the pool opens. Where there is more than one, statements with the same first setting, or of the same party,
    /// never hold all of them: a quarter, and at least one, is for others.
    public var size: Int
    /// How long a statement waits for a connection.
    public var waitDeadline: Duration
    /// How many statements may wait for a connection at once, half of them with the same first setting or of the same party; beyond it
    /// they are refused.
    public var maximumWaiters: Int
    /// How long a statement may run when it doesn't say otherwise.
    public var statementDeadline: Duration
    /// How long opening a connection may take, beside the look-up of its server's name.
    public var connectDeadline: Duration
    /// A connection that was idle for longer is tried before it is used.
    public var idleCheckAfter: Duration
    /// What the server's activity views call this program.
    public var applicationName: ApplicationName?
    /// How long to wait after failed attempts to connect.
    public var backoff: Backoff
    /// Told how long each statement waited for a connection, whether or not it got one.
    public var onWait: (@Sendable (Duration) -> Void)?
    /// Told how the server serves the pool, for who watches it.
    public var onEvent: (@Sendable (PoolEvent) -> Void)?

    /// Makes a span of each statement, and of each wait for a connection, that is made within another span; none when nil.
    public var tracer: (any Tracer)?

    public init(
        _ conninfo: String, size: Int = 10, waitDeadline: Duration = .seconds(5), maximumWaiters: Int = 1024,
        statementDeadline: Duration = .seconds(5), connectDeadline: Duration = .seconds(5),
        idleCheckAfter: Duration = .seconds(30), applicationName: ApplicationName? = nil, backoff: Backoff = Backoff(),
        onWait: (@Sendable (Duration) -> Void)? = nil
    ) {
        self.conninfo = conninfo
        self.size = max(1, size)
        self.waitDeadline = waitDeadline
        self.maximumWaiters = max(1, maximumWaiters)
        self.statementDeadline = statementDeadline
        self.connectDeadline = connectDeadline
        self.idleCheckAfter = idleCheckAfter
        self.applicationName = applicationName
        self.backoff = backoff
        self.onWait = onWait
    }
}

/// What a pool has met with at its server.
public enum PoolEvent: Hashable, Sendable {
    /// A connection was opened.
    case opened
    /// A statement or a transaction was carried out.
    case answered
    /// A connection could not be opened, or what was asked over one failed, for whatever reason. One that was found dead and is
    /// replaced without anybody's noticing is no failure.
    case failed(PostgresError)
}

/// What a pool holds at one moment.
public struct PoolStatus: Hashable, Sendable {
    /// The most connections it opens.
    public let size: Int
    public let busy: Int
    public let idle: Int
    /// Connections being opened.
    public let connecting: Int
    /// Statements that wait for a connection.
    public let waiting: Int
}
