internal import Synchronization

/// One connection to PostgreSQL, which works on a thread of its own.
///
/// Statements run one after the other; none suspends half-way, so that they can't interleave. A statement that runs
/// past its deadline, or whose task is cancelled, is cancelled at the server and the connection stays usable. When
/// that fails, or the connection breaks, ``isOpen`` turns false and everything later throws ``PostgresError/closed``.
public actor Connection {
    /// What a statement may take when nobody says otherwise.
    public static let defaultDeadline = Duration.seconds(5)

    private nonisolated let thread: ConnectionThread
    private nonisolated let wake: WakePipe
    private nonisolated let openFlag = Atomic<Bool>(false)
    private let idleCheckAfter: Duration

    private var libpq: LibPQ? {
        didSet { openFlag.store(libpq != nil, ordering: .releasing) }
    }
    /// Nil where a statement can't be kept: behind PgBouncer the next one may reach another server process.
    private var prepared: PreparedStatements?
    private var lastAnswer = ContinuousClock.now
    private var openTransaction: OpenTransaction?
    private var transactionCounter: UInt64 = 0

    /// A transaction block, from the call of ``transaction(settings:deadline:_:)`` to its end.
    struct OpenTransaction {
        let id: UInt64
        /// Sent with the first statement; nil afterwards.
        var settings: [LocalSetting]?
        var failure: PostgresError?
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// False once the connection is closed or lost.
    public nonisolated var isOpen: Bool { openFlag.load(ordering: .acquiring) }

    private init(idleCheckAfter: Duration) throws(PostgresError) {
        guard let wake = WakePipe() else { throw .connect(reason: "the process has too many open files") }
        self.wake = wake
        self.idleCheckAfter = idleCheckAfter
        thread = ConnectionThread()
    }

    deinit { thread.stop() }

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: A libpq connection string or URL; several hosts, TLS modes and service files included.
    ///   - idleCheckAfter: A connection that was idle for longer is tried before its next statement.
    public static func open(
        _ conninfo: String, applicationName: String? = nil, idleCheckAfter: Duration = .seconds(30),
        deadline: Duration = defaultDeadline
    ) async throws(PostgresError) -> Connection {
        let connection = try Connection(idleCheckAfter: idleCheckAfter)
        try await connection.connect(conninfo, applicationName: applicationName, until: .now + deadline)
        return connection
    }

    public func close() { libpq = nil }

    // MARK: Connecting

    private func connect(
        _ conninfo: String, applicationName: String?, until deadline: ContinuousClock.Instant
    ) async throws(PostgresError) {
        try await interruptible { () throws(PostgresError) in
            libpq = try Connecting(conninfo, applicationName: applicationName, wake: wake).libpq(until: deadline)
            do throws(PostgresError) {
                try identifyServer(until: deadline)
            } catch {
                libpq = nil
                if case .connectionLost(let reason, _) = error { throw .connect(reason: reason) }
                throw error
            }
        }
    }

    private func identifyServer(until deadline: ContinuousClock.Instant) throws(PostgresError) {
        let commands = [Command(Self.useUTC), try Command(Self.backendProcessID, ())]
        let result = try trip(commands, until: deadline)
        let serverProcess = try Self.backendProcessID.decode(result).first
        if let libpq, serverProcess == libpq.backendProcessID { prepared = PreparedStatements() }
    }

    private static let useUTC = "select set_config('TimeZone', 'UTC', false)"
    private static let backendProcessID = Statement<Void, Int32>(
        "select pg_backend_pid()", bind: { _ in () }, row: { (id: Int32) in id })

    /// Whether statements are prepared once and kept; not so behind PgBouncer.
    var keepsStatements: Bool { prepared != nil }

    // MARK: Transactions

    /// Runs `body` in a transaction block, with `settings` in force for all of it. What `body` throws rolls back.
    ///
    /// A commit whose answer is lost is a ``PostgresError/connectionLost(reason:outcomeUnknown:)``. When a statement
    /// failed and `body` went on regardless, nothing is committed and that statement's error is thrown.
    /// - Parameter deadline: For each statement, and for the commit.
    nonisolated(nonsending) public func transaction<R: Sendable>(
        settings: [LocalSetting] = [], deadline: Duration = defaultDeadline,
        _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let id = try await beginTransaction(settings)
        return try await runTransaction(id, deadline: deadline, body)
    }

    nonisolated(nonsending) func runTransaction<R: Sendable>(
        _ id: UInt64, deadline: Duration, _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let outcome: R
        do {
            outcome = try await body(Transaction(connection: self, id: id, deadline: deadline))
        } catch {
            await rollBack(id)
            throw error
        }
        try await commit(id, until: .now + deadline)
        return outcome
    }

    func beginTransaction(_ settings: [LocalSetting]) throws(PostgresError) -> UInt64 {
        guard openTransaction == nil else { throw .transactionInProgress }
        try ensureAlive()
        transactionCounter += 1
        openTransaction = OpenTransaction(id: transactionCounter, settings: settings)
        return transactionCounter
    }

    private func commit(_ id: UInt64, until deadline: ContinuousClock.Instant) throws(PostgresError) {
        guard let transaction = openTransaction, transaction.id == id else { throw .closed }
        openTransaction = nil
        guard transaction.settings == nil else { return }
        guard libpq != nil else { throw transaction.failure ?? .closed }
        let tag = try trip([.commit], until: deadline, isCancellable: false).commandTag
        if tag != "COMMIT" { throw transaction.failure ?? .closed }
    }

    /// Where even this fails the connection is spent, and the server rolls back by itself.
    private func rollBack(_ id: UInt64) {
        guard let transaction = openTransaction, transaction.id == id else { return }
        openTransaction = nil
        guard transaction.settings == nil, libpq != nil else { return }
        do {
            _ = try trip([.rollBack], until: .now + Self.defaultDeadline, mayCommit: false, isCancellable: false)
        } catch {
            libpq = nil
        }
    }

    // MARK: Scripts and descriptions

    /// Runs several statements in one implicit transaction, without parameters and rows, such as a migration.
    public func script(_ sql: String, deadline: Duration = .seconds(600)) async throws(PostgresError) {
        try await interruptible { () throws(PostgresError) in
            try ensureAlive()
            guard let libpq else { throw .closed }
            if wake.takeReasons().contains(.taskCancelled) { throw .cancelled }
            var script = Script(on: libpq)
            var wait = AnswerWait(on: libpq, wake: wake, until: .now + deadline, isCancellable: true)
            do throws(ConnectionLoss) {
                try script.run(sql, &wait)
            } catch {
                self.libpq = nil
                throw .connectionLost(reason: error.reason, outcomeUnknown: true)
            }
            lastAnswer = .now
            guard let failure = script.failure else { return }
            if let interruption = wait.interruption, failure.state == .queryCanceled { throw interruption }
            throw .server(failure)
        }
    }

    /// What the server makes of a statement, which isn't run.
    public func describe(
        _ statement: some StatementDescription
    ) async throws(PostgresError) -> (parameterTypes: [PostgresType], columnTypes: [PostgresType]) {
        try await interruptible { () throws(PostgresError) in
            try ensureAlive()
            let trip = try answer([], describing: statement, until: .now + Self.defaultDeadline)
            if let failure = trip.failure { throw .server(failure.error) }
            guard let result = trip.result() else { throw .closed }
            return (
                (0..<result.parameterCount).map { PostgresType(oid: result.parameterType($0)) },
                (0..<result.columnCount).map { PostgresType(oid: result.columnType($0)) }
            )
        }
    }

    /// Ends a transaction that a borrower may have left open.
    func tidy() {
        openTransaction = nil
        guard let libpq, libpq.isInTransaction else { return }
        do {
            _ = try trip([.rollBack], until: .now + Self.defaultDeadline, mayCommit: false, isCancellable: false)
        } catch {
            self.libpq = nil
        }
    }

    // MARK: Statements

    func rows<Output: Sendable>(
        of command: Command, settings: [LocalSetting], deadline: Duration, in transaction: UInt64?,
        decode: @Sendable (borrowing ServerResult) throws(PostgresError) -> [Output]
    ) async throws(PostgresError) -> [Output] {
        try await interruptible { () throws(PostgresError) in
            try decode(try perform(command, settings: settings, deadline: deadline, in: transaction))
        }
    }

    func affectedRows(
        of command: Command, settings: [LocalSetting], deadline: Duration, in transaction: UInt64?
    ) async throws(PostgresError) -> Int {
        try await interruptible { () throws(PostgresError) in
            try perform(command, settings: settings, deadline: deadline, in: transaction).affectedRows
        }
    }

    /// Runs `body`, which blocks this connection's thread, so that a cancelled task can interrupt it.
    private func interruptible<R: Sendable>(
        _ body: () throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        let wake = wake
        let result = await withTaskCancellationHandler {
            Result { () throws(PostgresError) in try body() }
        } onCancel: {
            wake.wake(.taskCancelled)
        }
        // A cancellation that came too late must not hit the next statement.
        _ = wake.takeReasons()
        return try result.get()
    }

    private func perform(
        _ command: Command, settings: [LocalSetting], deadline: Duration, in transaction: UInt64?
    ) throws(PostgresError) -> ServerResult {
        let deadline = ContinuousClock.now + deadline
        try ensureAlive()
        guard let transaction else {
            var commands: [Command] = []
            for setting in settings { commands.append(try .apply(setting)) }
            commands.append(command)
            return try trip(commands, until: deadline)
        }
        guard openTransaction?.id == transaction else { throw .closed }
        var commands: [Command] = []
        if let settings = openTransaction?.settings {
            commands.append(.begin)
            for setting in settings { commands.append(try .apply(setting)) }
            openTransaction?.settings = nil
        }
        commands.append(command)
        do {
            return try trip(commands, until: deadline, mayCommit: false)
        } catch {
            openTransaction?.failure = error
            throw error
        }
    }

    /// Throws ``PostgresError/connectionLost(reason:outcomeUnknown:)`` with a known outcome when the server went
    /// away while this connection was idle, so that the caller may take another one.
    func ensureAlive() throws(PostgresError) {
        guard let libpq else { throw .closed }
        var reads = 0
        while waitForSocket(libpq.socket, for: .read, interrupt: wake, until: nil).contains(.readable) {
            reads += 1
            // A server that went away says so and hangs up; nothing else sends much to an idle connection.
            guard libpq.consumeInput(), reads < 16 else {
                self.libpq = nil
                throw .connectionLost(reason: libpq.errorMessage, outcomeUnknown: false)
            }
        }
        if ContinuousClock.now - lastAnswer > idleCheckAfter {
            _ = try answer([], until: .now + .seconds(1), mayCommit: false, isCancellable: false)
        }
    }

    /// Sends `commands` and returns the answer to the last one. Where the server has forgotten a prepared statement,
    /// or its result type has changed, it prepares it anew and repeats the trip, which had no effect.
    private func trip(
        _ commands: [Command], until deadline: ContinuousClock.Instant, mayCommit: Bool = true,
        isCancellable: Bool = true
    ) throws(PostgresError) -> ServerResult {
        var hasRepeated = false
        while true {
            let trip = try answer(commands, until: deadline, mayCommit: mayCommit, isCancellable: isCancellable)
            if let failure = trip.failure {
                let isStale = forgetIfStale(failure)
                if isStale, !hasRepeated, libpq?.isInTransaction == false {
                    hasRepeated = true
                    continue
                }
                throw .server(failure.error)
            }
            if let result = trip.result() { return result }
            throw .decoding(DecodingFault(column: nil, expected: "an answer", actual: "none"))
        }
    }

    /// Returns whether another attempt, with the statement prepared anew, can succeed.
    private func forgetIfStale(_ failure: RoundTrip.Failure) -> Bool {
        guard let key = failure.key, failure.wasKnown else { return false }
        switch failure.error.state {
        case .invalidStatementName, .featureNotSupported:
            prepared?.forget(key)
            return true
        default:
            return false
        }
    }

    private func answer(
        _ commands: [Command], describing statement: (any StatementDescription)? = nil,
        until deadline: ContinuousClock.Instant, mayCommit: Bool = false, isCancellable: Bool = true
    ) throws(PostgresError) -> RoundTrip {
        guard let libpq else { throw .closed }
        if isCancellable, wake.takeReasons().contains(.taskCancelled) { throw .cancelled }
        var trip = RoundTrip(on: libpq)
        var wait = AnswerWait(on: libpq, wake: wake, until: deadline, isCancellable: isCancellable)
        do throws(ConnectionLoss) {
            for command in commands { try trip.add(command, prepared: &prepared) }
            if let statement { try trip.addDescription(of: statement) }
            try trip.run(&wait, prepared: &prepared)
        } catch {
            self.libpq = nil
            throw .connectionLost(reason: error.reason, outcomeUnknown: mayCommit && trip.isSynced)
        }
        lastAnswer = .now
        if let interruption = wait.interruption, trip.failure?.error.state == .queryCanceled { throw interruption }
        return trip
    }
}

extension Connection: Hashable {
    public static func == (left: Connection, right: Connection) -> Bool { left === right }
    public nonisolated func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
