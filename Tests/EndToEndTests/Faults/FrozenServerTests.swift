#if os(Linux)
    import Testing

    extension ReliabilityTests {
        @Test("a PostgreSQL that hangs is given up on in time and used again as soon as it goes on")
        func frozenServer() async throws {
            let experiment = FaultExperiment(name: "`SIGSTOP` of PostgreSQL for 30 s", stage: try await .shared())
            let verdict = try await experiment.run { course in
                let server = try ServerProcesses(of: course.stage.cluster)
                server.freeze()
                do {
                    // Longer than a statement may take, and than a server may take to end a cancelled one.
                    try await course.letPass(short: .seconds(8), long: .seconds(30))
                } catch {
                    server.thaw()
                    throw error
                }
                server.thaw()
                try await course.isOver()
            }
            verdict.expectPromises()
            #expect(verdict.counts.unknown > FaultExperiment.clients, "nobody was told meanwhile")
        }
    }
#endif
