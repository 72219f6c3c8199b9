internal import Synchronization

extension Pool {
    /// Begins an attempt to connect, which is told to the state machine when it has ended.
    func open(after delay: Duration) {
        shared.withLock { shared in
            let (id, generation) = (shared.newID(), shared.machine.generation)
            let opening = Task {
                let outcome = await attempt(after: delay)
                finishOpening(id, begunIn: generation, outcome)
            }
            if shared.machine.isClosed { opening.cancel() }
            shared.openings[id] = opening
        }
    }

    private func finishOpening(
        _ id: UInt64, begunIn generation: Int, _ outcome: Result<Connection, PostgresError>
    ) {
        let actions = shared.withLock { shared in
            shared.openings[id] = nil
            return switch outcome {
            case .success(let connection): shared.machine.opened(connection, begunIn: generation)
            case .failure(let error): shared.machine.openingFailed(error)
            }
        }
        // Before whoever waits hears of it.
        switch outcome {
        case .success: configuration.onEvent?(.opened)
        case .failure(let error): configuration.onEvent?(.failed(error))
        }
        perform(actions)
    }

    private func attempt(after delay: Duration) async -> Result<Connection, PostgresError> {
        do throws(PostgresError) {
            if delay > .zero, (try? await Task.sleep(for: delay)) == nil { throw .cancelled }
            return .success(
                try await Connection.open(
                    configuration.conninfo, applicationName: configuration.applicationName,
                    idleCheckAfter: configuration.idleCheckAfter, tracer: configuration.tracer,
                    deadline: configuration.connectDeadline))
        } catch {
            return .failure(error)
        }
    }
}
