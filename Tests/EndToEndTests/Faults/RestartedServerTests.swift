import PostgresCluster
import Testing

extension ReliabilityTests {
    @Test("a PostgreSQL that is restarted is used again as soon as it is back")
    func restartedServer() async throws {
        let experiment = FaultExperiment(name: "restart of PostgreSQL", stage: try await .shared())
        let verdict = try await experiment.run { course in
            try await course.rounds(long: 6) { try await course.stage.cluster.restart() }
        }
        verdict.expectPromises()
        #expect(verdict.counts.unknown > 0, "nobody noticed")
    }
}
