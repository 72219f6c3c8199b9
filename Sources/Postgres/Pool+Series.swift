extension Pool {
    /// Puts one question after another with the same statement. `next` is told what a question has come to, and says what is asked
    /// next, nil to end the series. Of rows it is told on the connection's own thread, so that from one question to the next nothing
    /// changes threads; of a failure, where the caller runs.
    ///
    /// What a statement has done is committed before `next` hears of it. A connection that others wait for goes to them first, and one
    /// that is found dead is replaced, as for a statement by itself. Where its outcome is unknown, the question isn't put again.
    ///
    /// Cancelling the task interrupts no statement, but a question that would have to wait for a connection comes to
    /// ``PostgresError/cancelled``. Every question of a series counts as a wait for a connection: of no time, where it kept its own.
    nonisolated(nonsending) public func series<Question: Sendable, Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ first: Question, settings: [LocalSetting] = [],
        input: @Sendable (Question) -> Input,
        next: @Sendable (Question, Result<[Output], PostgresError>) -> Question?
    ) async {
        let errand = Errand(settings: settings)
        var question = first
        while true {
            let asked = question
            let end: SeriesEnd<Question>
            do throws(PostgresError) {
                end = try await onAnyConnection(for: errand) { connection throws(PostgresError) in
                    try await connection.series(
                        statement, asked, settings: settings, deadline: configuration.statementDeadline, input: input,
                        next: next, for: errand, lentBy: self)
                }
            } catch {
                end = .failed(asked, error)
            }
            switch end {
            case .over: return
            case .interrupted(before: let left): question = left
            case .failed(let failed, let error):
                guard let following = next(failed, .failure(error)) else { return }
                question = following
            }
        }
    }
}

/// Why a connection puts no more questions.
private enum SeriesEnd<Question: Sendable>: Sendable {
    case over
    /// This one is left to another connection, or to the next turn of this one.
    case interrupted(before: Question)
    case failed(Question, PostgresError)
}

extension Connection {
    /// Throws what becomes of the first question, for whoever lends connections to judge: it may be put on another.
    fileprivate func series<Question: Sendable, Input, Output: Sendable>(
        _ statement: Statement<Input, Output>, _ first: Question, settings: [LocalSetting], deadline: Duration,
        input: @Sendable (Question) -> Input,
        next: @Sendable (Question, Result<[Output], PostgresError>) -> Question?, for errand: Errand, lentBy pool: Pool
    ) throws(PostgresError) -> SeriesEnd<Question> {
        var question = first
        var rows = try self.rows(of: statement, input(question), settings: settings, deadline: deadline)
        while let following = next(question, .success(rows)) {
            question = following
            guard !pool.isWanted(self, from: errand) else { return .interrupted(before: question) }
            do throws(PostgresError) {
                rows = try self.rows(of: statement, input(question), settings: settings, deadline: deadline)
            } catch .connectionLost(_, outcomeUnknown: false) {
                return .interrupted(before: question)
            } catch {
                pool.noteWait(.zero)
                pool.configuration.onEvent?(.failed(error))
                return .failed(question, error)
            }
            pool.noteWait(.zero)
        }
        return .over
    }

    private func rows<Input, Output: Sendable>(
        of statement: Statement<Input, Output>, _ input: Input, settings: [LocalSetting], deadline: Duration
    ) throws(PostgresError) -> [Output] {
        let execution = Execution(
            command: try Command(statement, input), settings: settings, deadline: deadline, transaction: nil)
        return try perform(execution, cancellation: Signal(), read: statement.decode)
    }
}
