import Testing

extension ReliabilityTests {
    @Test("a service that is killed and started anew has lost nothing it acknowledged")
    func killedService() async throws {
        let experiment = FaultExperiment(name: "`kill -9` of the service", stage: try await .shared())
        let verdict = try await experiment.run { course in
            try await course.rounds(long: 6) {
                await course.service.kill()
                try await course.letPass(short: .milliseconds(200), long: .seconds(1))
                try await course.service.start()
            }
        }
        verdict.expectPromises()
        #expect(verdict.counts.refused > 0, "nobody noticed")
    }
}
