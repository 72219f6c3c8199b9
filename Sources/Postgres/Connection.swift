internal import Synchronization
public import Tracing

/// One connection to PostgreSQL, which works on a thread of its own.
///
/// Statements run one after the other; none suspends half-way, so that they can't interleave. A statement that runs
/// past its deadline, or whose task is cancelled, is cancelled at the server and the connection stays usable. When
/// that fails, the connection breaks, or its server turns out to take no writes, ``isOpen`` turns false and everything later
/// throws ``PostgresError/closed``.
public actor Connection {
    /// What a statement may take when nobody says otherwise.
    public static let defaultDeadline = Duration.seconds(5)

    private nonisolated let thread: ConnectionThread
    nonisolated let wake: WakePipe
    private nonisolated let openFlag = Atomic<Bool>(false)
    private nonisolated let silentFlag = Atomic<Bool>(false)
    private nonisolated let readOnlyFlag = Atomic<Bool>(false)
    let idleCheckAfter: Duration
    nonisolated let trace: StatementTrace

    var libpq: LibPQ? {
        didSet { openFlag.store(libpq != nil, ordering: .releasing) }
    }
    /// Nil where a statement can't be kept: behind PgBouncer the next one may reach another server process.
    var prepared: PreparedStatements?
    /// When the connection had come about, after its name was looked up.
    var connectedAt = ContinuousClock.now
    var lastAnswer = ContinuousClock.now
    var openTransaction: OpenTransaction?
    var transactionCounter: UInt64 = 0

    /// A transaction block, from the call of ``transaction(settings:snapshot:deadline:_:)`` to its end.
    struct OpenTransaction {
        let id: UInt64
        let isSnapshot: Bool
        /// Sent with the first statement; nil afterwards.
        var settings: [LocalSetting]?
        /// The first one; nothing is committed then.
        var failure: PostgresError?
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// False once the connection is closed or lost.
    public nonisolated var isOpen: Bool { openFlag.load(ordering: .acquiring) }

    /// True once it is lost because the server left unanswered what any living one answers. Others that lead there may be no better.
    nonisolated var isSilent: Bool { silentFlag.load(ordering: .acquiring) }

    /// True once it was left because its server takes no writes any more. Others may lead there as well.
    nonisolated var hasLeftReadOnlyServer: Bool { readOnlyFlag.load(ordering: .acquiring) }

    private init(idleCheckAfter: Duration, tracer: (any Tracer)?) throws(PostgresError) {
        guard let wake = WakePipe() else {
            throw .connect(reason: "the process has too many open files", cause: .ownSystem)
        }
        guard let thread = ConnectionThread() else {
            throw .connect(reason: "the system refused a new thread", cause: .ownSystem)
        }
        self.wake = wake
        self.idleCheckAfter = idleCheckAfter
        trace = StatementTrace(tracer: tracer)
        self.thread = thread
    }

    deinit { thread.stop() }

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: A libpq connection string or URL; several hosts, TLS modes and service files included.
    ///   - idleCheckAfter: A connection that was idle for longer is tried before its next statement.
    ///   - tracer: Makes a span of each statement that is made within another span.
    ///   - deadline: For connecting; what it takes to look names up comes on top.
    /// - Throws: `connect` where no server takes the connection and keeps it; `timeout(.connecting)`; `cancelled`; or `server`
    ///   where it refuses the first statement.
    public static func open(
        _ conninfo: String, applicationName: ApplicationName? = nil, idleCheckAfter: Duration = .seconds(30),
        tracer: (any Tracer)? = nil, deadline: Duration = defaultDeadline
    ) async throws(PostgresError) -> Connection {
        try await open(
            conninfo, applicationName: applicationName, idleCheckAfter: idleCheckAfter, tracer: tracer,
            deadline: deadline, resolve: HostAddresses.lookUp)
    }

    static func open(
        _ conninfo: String, applicationName: ApplicationName? = nil, idleCheckAfter: Duration = .seconds(30),
        tracer: (any Tracer)? = nil, deadline: Duration = defaultDeadline, resolve: @escaping HostList.Resolver
    ) async throws(PostgresError) -> Connection {
        let connection = try Connection(idleCheckAfter: idleCheckAfter, tracer: tracer)
        try await connection.interruptible { cancellation async throws(PostgresError) in
            try await connection.connect(
                conninfo, applicationName: applicationName, resolve: resolve, until: .now + deadline,
                cancellation: cancellation)
        }
        return connection
    }

    public func close() { libpq = nil }

    func giveUp(after loss: ConnectionLoss) {
        if loss.isSilent { silentFlag.store(true, ordering: .releasing) }
        libpq = nil
    }

    /// Leaves a server that takes no writes.
    func leaveReadOnlyServer() {
        readOnlyFlag.store(true, ordering: .releasing)
        libpq = nil
    }

    // MARK: Connecting

    private func connect(
        _ conninfo: String, applicationName: ApplicationName?, resolve: @escaping HostList.Resolver,
        until deadline: ContinuousClock.Instant, cancellation: Signal
    ) throws(PostgresError) {
        let connecting = Connecting(
            conninfo, applicationName: applicationName, wake: wake, cancellation: cancellation, resolve: resolve)
        var deadline = deadline
        libpq = try connecting.libpq(until: &deadline)
        connectedAt = .now
        do throws(PostgresError) {
            try identifyServer(until: deadline, cancellation: cancellation)
        } catch {
            libpq = nil
            switch error {
            case .connectionLost(let reason, _): throw .connect(reason: reason, cause: .lost)
            case .timeout(.statement): throw .timeout(.connecting)
            default: throw error
            }
        }
    }

    private func identifyServer(
        until deadline: ContinuousClock.Instant, cancellation: Signal
    ) throws(PostgresError) {
        let commands = [Command(Self.ownSettings), try Command(Self.backendProcessID, ())]
        let result = try trip(commands, until: deadline, cancellation: cancellation)
        let serverProcess = try Self.backendProcessID.decode(result).first
        if let libpq, serverProcess == libpq.backendProcessID { prepared = PreparedStatements() }
    }

    /// Whatever the role, the database or the URL say: a commit that no standby has confirmed is known by a warning.
    static let ownSettings =
        "select set_config('TimeZone', 'UTC', false), set_config('client_min_messages', 'warning', false)"
    private static let backendProcessID = Statement<Void, Int32>(
        "select pg_backend_pid()", bind: { _ in () }, row: { (id: Int32) in id })

    /// Whether statements are prepared once and kept, and what is set when a connection is opened lasts; not so behind PgBouncer.
    public var keepsStatements: Bool { prepared != nil }
}

extension Connection: Hashable {
    public static func == (left: Connection, right: Connection) -> Bool { left === right }
    public nonisolated func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
