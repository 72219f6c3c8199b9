extension Connection {
    /// Runs `body`, which hands the signal on to this connection's thread, so that a cancelled task can interrupt it.
    nonisolated(nonsending) func interruptible<R: Sendable>(
        _ body: (Signal) async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        let cancellation = Signal()
        let outcome = await withTaskCancellationHandler {
            do throws(PostgresError) {
                return Result<R, PostgresError>.success(try await body(cancellation))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            cancellation.raise(waking: wake)
        }
        return try outcome.get()
    }

    /// Throws ``PostgresError/connectionLost(reason:outcomeUnknown:)`` with a known outcome when the server went
    /// away while this connection was idle, so that the caller may take another one.
    func ensureAlive() throws(PostgresError) {
        guard let libpq else { throw .closed }
        var reads = 0
        while waitForSocket(libpq.socket, for: .read, interrupt: wake, until: nil).contains(.readable) {
            reads += 1
            // A server that went away says so and hangs up; nothing else sends much to an idle connection.
            guard libpq.consumeInput(), !libpq.hasSaidFarewell(), reads < 16 else {
                self.libpq = nil
                throw .connectionLost(reason: libpq.errorMessage, outcomeUnknown: false)
            }
        }
        if ContinuousClock.now - lastAnswer > idleCheckAfter {
            try probe(within: .seconds(1))
        }
    }

    /// Sends `commands` and returns the answer to the last one. Where the server has forgotten its prepared statements,
    /// or the result type of one has changed, it prepares them anew and repeats the trip, which had no effect.
    func trip(
        _ commands: [Command], until deadline: ContinuousClock.Instant, cancellation: Signal?,
        mayCommit: Bool = true
    ) throws(PostgresError) -> ServerResult {
        var hasRepeated = false
        while true {
            let trip = try answer(commands, until: deadline, cancellation: cancellation, mayCommit: mayCommit)
            if let failure = trip.failure {
                guard forgetIfStale(failure), !hasRepeated, try undo(commands, until: deadline) else {
                    leaveIfReadOnly(failure.error)
                    throw .server(failure.error)
                }
                hasRepeated = true
                if failure.error.state == .invalidStatementName { try applyOwnSettings(until: deadline) }
                continue
            }
            if let result = trip.result() { return result }
            throw .decoding(DecodingFault(column: nil, expected: "an answer", actual: "none"))
        }
    }

    /// How long a connection stays at least with a server that takes no writes: where there is no other, each statement would
    /// open one.
    private static let shortestStay = Duration.seconds(1)

    /// A server that has become a replica stays one, and the next connection goes where its name leads by now.
    private func leaveIfReadOnly(_ error: ServerError) {
        guard error.state == .readOnlySQLTransaction, .now - connectedAt >= Self.shortestStay else { return }
        leaveReadOnlyServer()
    }

    /// Returns whether another attempt, with what is forgotten here prepared anew, can succeed.
    private func forgetIfStale(_ failure: RoundTrip.Failure) -> Bool {
        guard let key = failure.key, failure.wasKnown else { return false }
        switch failure.error.state {
        case .invalidStatementName:
            // The server forgets all at once (DISCARD ALL), those that follow in this trip too.
            prepared?.forgetAll()
            return true
        case .featureNotSupported:
            prepared?.forget(key)
            return true
        default:
            return false
        }
    }

    /// A server that has forgotten the statements may have forgotten the settings as well.
    private func applyOwnSettings(until deadline: ContinuousClock.Instant) throws(PostgresError) {
        _ = try trip([Command(Self.ownSettings)], until: deadline, cancellation: nil, mayCommit: false)
    }

    /// Leaves the transaction that failed `commands` began. False when it was begun before, so that more than
    /// `commands` would be undone.
    private func undo(
        _ commands: [Command], until deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> Bool {
        guard libpq?.isInTransaction == true else { return true }
        guard commands.count > 1, [Command.begin.key, Command.beginSnapshot.key].contains(commands[0].key)
        else { return false }
        _ = try trip([.rollBack], until: deadline, cancellation: nil, mayCommit: false)
        return true
    }

    func answer(
        _ commands: [Command], describing statement: (any StatementDescription)? = nil,
        until deadline: ContinuousClock.Instant, cancellation: Signal?, mayCommit: Bool = false,
        overrun: AnswerWait.Overrun = .cancel
    ) throws(PostgresError) -> RoundTrip {
        guard let libpq else { throw .closed }
        if cancellation?.isRaised == true { throw .cancelled }
        libpq.forgetWarning()
        var trip = RoundTrip(on: libpq)
        var wait = AnswerWait(
            on: libpq, wake: wake, until: deadline, cancellation: cancellation, overrun: overrun)
        do throws(ConnectionLoss) {
            for command in commands { try trip.add(command, prepared: &prepared) }
            if let statement { try trip.addDescription(of: statement) }
            try trip.run(&wait, prepared: &prepared)
        } catch {
            giveUp(after: error)
            throw .connectionLost(reason: error.reason, outcomeUnknown: mayCommit && trip.isSynced)
        }
        lastAnswer = .now
        if let interruption = wait.interruption, trip.failure?.error.state == .queryCanceled { throw interruption }
        if mayCommit, trip.failure == nil, libpq.hasCutWait { throw .commitUnconfirmed }
        return trip
    }
}
