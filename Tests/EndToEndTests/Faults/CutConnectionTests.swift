#if os(Linux)
    import PostgresCluster
    import TestSupport
    import Testing

    extension ReliabilityTests {
        @Test("a refresh whose commit was answered into a connection that was cut is answered again, the same")
        func cutConnection() async throws {
            let shared = try await FaultStage.shared()
            let cluster = shared.cluster
            let proxy = try CuttingProxy(to: "\(cluster.socketDirectory)/.s.PGSQL.\(cluster.port)")
            defer { proxy.close() }
            let role = FaultStage.serviceRole
            let stage = shared.reached(
                by: """
                    postgresql://\(role)@127.0.0.1:\(proxy.port)/\(shared.place.database.name)\
                    ?sslmode=disable&gssencmode=disable
                    """)
            let verdict = try await FaultExperiment(name: "connection reset after `COMMIT`", stage: stage).run {
                course in
                proxy.cut(oneIn: 10)
                try await course.letPass(short: .seconds(2), long: .seconds(30))
                // On a machine that gets little done meanwhile it goes on until something has been cut.
                try await eventually("four connections that were cut", within: .seconds(60)) {
                    proxy.cuts > 3 ? true : nil
                }
                proxy.cut(oneIn: nil)
                try await course.isOver()
            }
            // Each cut costs a connection, and each is replaced once.
            verdict.expectPromises(mostAttempts: 100)
            #expect(verdict.counts.unknown >= proxy.cuts, "a client was told something of a cut refresh")
        }
    }
#endif
