import Postgres
import Testing

extension ReliabilityTests {
    @Test("clients get on while every connection of the service is ended ten times a second")
    func terminatedBackends() async throws {
        let experiment = FaultExperiment(name: "`pg_terminate_backend`, ten times a second", stage: try await .shared())
        let verdict = try await experiment.run { course in
            let before = course.tally.counts.acknowledged
            let rounds = FaultForm.current.pick(short: 20, long: 250)
            try await course.stage.asSuperuser { observer in
                var ended = 0
                func endAll() async throws {
                    ended += try await course.stage.endConnections(of: FaultStage.serviceRole, by: observer)
                    try await Task.sleep(for: .milliseconds(100))
                }
                for _ in 0..<rounds { try await endAll() }
                // On a machine that gets little done meanwhile it goes on until the clients have got on all the same.
                try await eventually("clients that get on meanwhile", within: .seconds(60)) {
                    let acknowledged = course.tally.counts.acknowledged - before
                    if ended > rounds, acknowledged > FaultExperiment.clients { return true }
                    try await endAll()
                    return nil
                }
            }
            try await course.isOver()
        }
        // The whole pool and the listener may come back after each time.
        verdict.expectPromises(mostAttempts: 11 * (FaultStage.poolSize + 2))
        #expect(verdict.counts.unknown > 0, "nobody noticed")
    }
}
