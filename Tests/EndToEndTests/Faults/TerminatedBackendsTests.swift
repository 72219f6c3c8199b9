import Postgres
import Testing

extension ReliabilityTests {
    @Test("clients get on while every connection of the service is ended ten times a second")
    func terminatedBackends() async throws {
        let experiment = FaultExperiment(name: "`pg_terminate_backend`, ten times a second", stage: try await .shared())
        let verdict = try await experiment.run { course in
            let before = course.tally.counts.acknowledged
            let rounds = FaultForm.current.pick(short: 20, long: 250)
            let ended = try await course.stage.asSuperuser { observer in
                var terminated = 0
                for _ in 0..<rounds {
                    terminated += try await course.stage.endConnections(of: FaultStage.serviceRole, by: observer)
                    try await Task.sleep(for: .milliseconds(100))
                }
                return terminated
            }
            #expect(ended > rounds, "hardly a connection was there to be ended")
            #expect(course.tally.counts.acknowledged > before + FaultExperiment.clients, "nobody got on meanwhile")
            try await course.isOver()
        }
        // The whole pool and the listener may come back after each time.
        verdict.expectPromises(mostAttempts: 11 * (FaultStage.poolSize + 2))
        #expect(verdict.counts.unknown > 0, "nobody noticed")
    }
}
