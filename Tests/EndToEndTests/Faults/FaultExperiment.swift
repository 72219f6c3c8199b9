import TestSupport

/// One of PostgreSQL's bad days: clients refresh over and over, something goes wrong and is mended again, and what they
/// were told is compared with what the database holds.
struct FaultExperiment: Sendable {
    static let clients = 32

    /// As the table of docs/reliability.md calls it.
    let name: String
    let stage: FaultStage

    /// `fault` is called while all clients get on, and ends with ``FaultCourse/isOver()``.
    func run(_ fault: (FaultCourse) async throws -> Void) async throws -> FaultVerdict {
        let service = KillableService(stage.place)
        try await service.start()
        do {
            let course = FaultCourse(stage: stage, service: service, tally: FaultTally(clients: Self.clients))
            let watch = FaultWatch(service, stage)
            let ledgers = try await refresh(course, fault)
            let losses = try await losses(ledgers)
            let verdict = FaultVerdict(
                name: name, counts: course.tally.counts, losses: losses, forks: ledgers.reduce(0) { $0 + $1.forks },
                recovery: course.worstRecovery, peak: await watch.end())
            await service.end()
            return verdict
        } catch {
            let log = service.log
            await service.kill()
            throw NotInTime(description: "\(name): \(error); the end of its log: \(log.suffix(2000))")
        }
    }

    private func refresh(
        _ course: FaultCourse, _ fault: (FaultCourse) async throws -> Void
    ) async throws -> [Ledger] {
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<Self.clients { group.addTask { try await stage.registered(number) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let clients = try tokens.enumerated().map { number, token in
            try RefreshingClient(number: number, door: stage.door, token: token, tally: course.tally)
        }
        let (outcome, ledgers) = await withTaskGroup(of: Ledger.self) { group in
            for var client in clients { group.addTask { await client.run() } }
            let outcome = await Self.outcome(of: fault, in: course)
            course.tally.end()
            // Whatever came of it: a request under way is waited for, not cancelled.
            return (outcome, await group.reduce(into: []) { $0.append($1) })
        }
        try outcome.get()
        return ledgers
    }

    private static func outcome(
        of fault: (FaultCourse) async throws -> Void, in course: FaultCourse
    ) async -> Result<Void, NotInTime> {
        do {
            _ = try await course.tally.recovery()
            try await fault(course)
            return .success(())
        } catch {
            return .failure(NotInTime(description: "\(error); until then \(course.tally.counts)"))
        }
    }

    /// Sessions that are not as their clients were told: the database is behind, or the last token is refused.
    private func losses(_ ledgers: [Ledger]) async throws -> [String] {
        let stored = try await stage.generations(of: ledgers.map(\.session))
        var losses: [String] = []
        for ledger in ledgers {
            if stored[ledger.session] ?? -1 < ledger.generation {
                losses.append("generation \(ledger.generation) is \(String(describing: stored[ledger.session]))")
                continue
            }
            // Twice: the retry within the grace gets the same.
            var successors: Set<String> = []
            for _ in 0..<2 {
                let outcome = await RefreshingClient.outcome(presenting: ledger.current, at: stage.door)
                guard case .acknowledged(let successor) = outcome else {
                    losses.append("generation \(ledger.generation) is answered \(outcome)")
                    break
                }
                successors.insert(successor)
            }
            if successors.count > 1 { losses.append("generation \(ledger.generation) has two successors") }
        }
        return losses
    }
}
