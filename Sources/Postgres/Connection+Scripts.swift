extension Connection {
    /// Runs several statements in one implicit transaction, without parameters and rows, such as a migration.
    nonisolated(nonsending) public func script(
        _ sql: String, deadline: Duration = .seconds(600)
    ) async throws(PostgresError) {
        try await interruptible { cancellation async throws(PostgresError) in
            try await run(script: sql, until: .now + deadline, cancellation: cancellation)
        }
    }

    private func run(
        script sql: String, until deadline: ContinuousClock.Instant, cancellation: Signal
    ) throws(PostgresError) {
        try ensureAlive()
        guard let libpq else { throw .closed }
        if cancellation.isRaised { throw .cancelled }
        libpq.forgetWarning()
        var script = Script(on: libpq)
        var wait = AnswerWait(on: libpq, wake: wake, until: deadline, cancellation: cancellation)
        do throws(ConnectionLoss) {
            try script.run(sql, &wait)
        } catch {
            giveUp(after: error)
            throw .connectionLost(reason: error.reason, outcomeUnknown: true)
        }
        lastAnswer = .now
        guard let failure = script.failure else {
            if libpq.hasCutWait { throw .commitUnconfirmed }
            return
        }
        if let interruption = wait.interruption, failure.state == .queryCanceled { throw interruption }
        throw .server(failure)
    }

    /// What the server makes of a statement, which isn't run.
    nonisolated(nonsending) public func describe(
        _ statement: some StatementDescription
    ) async throws(PostgresError) -> (parameterTypes: [PostgresType], columnTypes: [PostgresType]) {
        try await interruptible { cancellation async throws(PostgresError) in
            try await description(of: statement, cancellation: cancellation)
        }
    }

    private func description(
        of statement: some StatementDescription, cancellation: Signal
    ) throws(PostgresError) -> (parameterTypes: [PostgresType], columnTypes: [PostgresType]) {
        try ensureAlive()
        let trip = try answer(
            [], describing: statement, until: .now + Self.defaultDeadline, cancellation: cancellation)
        if let failure = trip.failure { throw .server(failure.error) }
        guard let result = trip.result() else { throw .closed }
        return (
            (0..<result.parameterCount).map { PostgresType(oid: result.parameterType($0)) },
            (0..<result.columnCount).map { PostgresType(oid: result.columnType($0)) }
        )
    }
}
