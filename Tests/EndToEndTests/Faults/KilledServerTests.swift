#if os(Linux)
    import PostgresCluster
    import Testing

    extension ReliabilityTests {
        @Test("a PostgreSQL whose processes are all killed is used again as soon as it is back")
        func killedServer() async throws {
            let experiment = FaultExperiment(name: "`kill -9` of PostgreSQL", stage: try await .shared())
            let verdict = try await experiment.run { course in
                try await course.rounds(long: 6) {
                    let cluster = course.stage.cluster
                    try await ServerProcesses(of: cluster).kill9()
                    await cluster.stop(.immediate)
                    try await course.letPass(short: .milliseconds(500), long: .seconds(2))
                    try await cluster.start()
                }
            }
            verdict.expectPromises()
            #expect(verdict.counts.unknown > 0, "nobody noticed")
        }
    }
#endif
