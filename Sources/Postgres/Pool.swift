internal import Synchronization

/// A bounded set of connections, opened when they are needed and lent in the order of demand.
///
/// ```swift
/// let pool = Pool(PoolConfiguration("postgres:///app", size: 8))
/// let email = try await pool.first(emailOfUser, (tenant, user), settings: [LocalSetting("app.tenant", "…")])
/// ```
/// Statements whose first setting is the same, as those of one tenant, or that name the same party, use three quarters of the
/// connections at most.
/// A connection that died while idle is replaced before its user notices. While the server is away attempts to
/// connect back off, and one that fails is reported to all who wait, unless a connection is there or being opened that may yet be
/// theirs. Where a write is refused because its server takes none any more, every connection is replaced: the others may lead there
/// too.
public final class Pool: Sendable {
    let configuration: PoolConfiguration
    let shared: Mutex<Shared>

    struct Shared {
        var machine: PoolStateMachine<Connection>
        var waiting: [UInt64: CheckedContinuation<Result<Connection, PostgresError>, Never>] = [:]
        var openings: [UInt64: Task<Void, Never>] = [:]
        var lastID: UInt64 = 0

        mutating func newID() -> UInt64 {
            lastID += 1
            return lastID
        }
    }

    public init(_ configuration: PoolConfiguration) {
        self.configuration = configuration
        let machine = PoolStateMachine<Connection>(
            size: configuration.size, waitDeadline: configuration.waitDeadline,
            maximumWaiters: configuration.maximumWaiters, backoff: configuration.backoff,
            jitter: { Double.random(in: 0...1) })
        shared = Mutex(Shared(machine: machine))
    }

    public var status: PoolStatus { shared.withLock { $0.machine.status } }

    /// Keeps the pool until the task is cancelled, then closes it. Connections are opened without it too.
    public func run() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        await close()
    }

    /// Opens a first connection. Waits for as long as that takes, which is longer than a statement waits where name servers are slow.
    nonisolated(nonsending) public func connect() async throws(PostgresError) {
        while true {
            do throws(PostgresError) {
                giveBack(try await lease(for: Errand(settings: [])))
                return
            } catch {
                // One that has come about meanwhile is idle.
                let status = self.status
                guard error == .timeout(.waitingForConnection), status.connecting + status.idle > 0 else { throw error }
            }
        }
    }

    /// Refuses everything from now on. Connections in use are closed when they come back.
    public func close() async {
        let (actions, openings) = shared.withLock { shared in
            (shared.machine.close(), shared.openings.values.map { $0 })
        }
        openings.forEach { $0.cancel() }
        perform(actions)
        for opening in openings { await opening.value }
    }

    /// Uses no connection from now on that is open or being opened: the database's name may lead elsewhere by now. Those in use are
    /// closed when they come back, and others are opened as they are needed.
    public func renew() {
        perform(shared.withLock { $0.machine.giveUpAll() })
    }

    // MARK: Lending

    /// - Parameter start: When the statement began to wait, where that was for a connection that has turned out to be dead.
    nonisolated(nonsending) func lease(
        for errand: Errand, since start: ContinuousClock.Instant? = nil
    ) async throws(PostgresError) -> Connection {
        if let connection = shared.withLock({ $0.machine.lendAtOnce(for: errand.party) }) {
            configuration.onWait?(.zero)
            return connection
        }
        let begun = ContinuousClock.now
        var isRefused = false
        // Who is refused hasn't waited, and would hide how long others do.
        defer { if !isRefused { configuration.onWait?(.now - begun) } }
        do {
            return try await StatementTrace(tracer: configuration.tracer).wait { () async throws(PostgresError) in
                try await waitForConnection(errand, since: start)
            }
        } catch {
            isRefused = error == .tooManyWaiting
            throw error
        }
    }

    private nonisolated(nonsending) func waitForConnection(
        _ errand: Errand, since start: ContinuousClock.Instant?
    ) async throws(PostgresError) -> Connection {
        let waiter = shared.withLock { $0.newID() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue(waiter, errand, since: start, $0) }
        } onCancel: {
            withdraw(waiter)
        }
        return try answer.get()
    }

    /// Whether somebody waits for a connection who would get this one, which the errand uses, or it is to be used no more.
    func isWanted(_ connection: Connection, from errand: Errand) -> Bool {
        shared.withLock { $0.machine.isWanted(connection, from: errand.party) }
    }

    func giveBack(_ connection: Connection) {
        let (isUsable, isSilent) = (connection.isOpen, connection.isSilent)
        let hasLeftReadOnlyServer = connection.hasLeftReadOnlyServer
        let actions = shared.withLock {
            $0.machine.takeBack(
                connection, isUsable: isUsable, isSilent: isSilent, hasLeftReadOnlyServer: hasLeftReadOnlyServer)
        }
        perform(actions)
    }

    private func enqueue(
        _ waiter: UInt64, _ errand: Errand, since start: ContinuousClock.Instant?,
        _ continuation: CheckedContinuation<Result<Connection, PostgresError>, Never>
    ) {
        let lease = shared.withLock { shared in
            // Checked under the lock: a cancellation that comes later finds the waiter.
            if Task.isCancelled { return PoolStateMachine<Connection>.Lease.refused(.cancelled) }
            let lease = shared.machine.request(
                by: waiter, for: errand.party, always: errand.always, since: start, now: .now)
            if case .waits = lease { shared.waiting[waiter] = continuation }
            return lease
        }
        switch lease {
        case .lent(let connection): continuation.resume(returning: .success(connection))
        case .refused(let error): continuation.resume(returning: .failure(error))
        case .waits(let actions): perform(actions)
        }
    }

    private func withdraw(_ waiter: UInt64) {
        let continuation = shared.withLock { shared in
            shared.machine.withdraw(waiter: waiter) ? shared.waiting.removeValue(forKey: waiter) : nil
        }
        continuation?.resume(returning: .failure(.cancelled))
    }

    // MARK: Carrying out what the state machine decides

    func perform(_ actions: [PoolStateMachine<Connection>.Action]) {
        for action in actions {
            switch action {
            case .lend(let connection, let waiter): answer(waiter, .success(connection))
            case .refuse(let waiter, let error): answer(waiter, .failure(error))
            case .open(let delay): open(after: delay)
            case .close(let connection): Task { await connection.close() }
            case .wake(let instant):
                Task {
                    try? await Task.sleep(until: instant)
                    perform(shared.withLock { $0.machine.timePassed(woken: instant, now: .now) })
                }
            }
        }
    }

    private func answer(_ waiter: UInt64, _ result: Result<Connection, PostgresError>) {
        shared.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume(returning: result)
    }
}
