#if os(Linux)
    import Postgres
    import PostgresCluster
    import TestSupport
    import Testing

    extension ReliabilityTests {
        @Test("what was acknowledged is there after a failover to a synchronous standby, and clients follow")
        func failover() async throws {
            try await withReplication { pair in
                let verdict = try await FaultExperiment(
                    name: "failover to a synchronous standby", stage: pair.stage
                ).run { course in
                    try await course.letPass(short: .milliseconds(500), long: .seconds(10))
                    try await ServerProcesses(of: pair.stage.cluster).kill9()
                    try await course.letPass(short: .milliseconds(500), long: .seconds(2))
                    try await pair.promote()
                    try await course.isOver()
                    try await course.letPass(short: .milliseconds(300), long: .seconds(10))
                }
                verdict.expectPromises()
                #expect(verdict.counts.unknown > 0, "nobody noticed")
            }
        }

        @Test("a commit that the standby hasn't confirmed is not acknowledged, not to a retry either")
        func unconfirmedCommits() async throws {
            // A connection for each client and each of its tabs: those whose commits wait keep no retry waiting.
            let connections = 2 * FaultExperiment.clients
            try await withReplication { pair in
                var stage = pair.stage
                stage.place.settings["GATEHOUSE_POOL_SIZE"] = "\(connections)"
                let verdict = try await FaultExperiment(
                    name: "synchronous standby away, then failover to it", stage: stage
                ).run { course in
                    try await ServerProcesses(of: pair.standby).kill9()
                    await pair.standby.stop(.immediate)
                    // Statements reach their deadline, and with it their wait for the standby is over.
                    try await course.letPass(short: .seconds(7), long: .seconds(20))
                    try await ServerProcesses(of: pair.stage.cluster).kill9()
                    try await pair.standby.start()
                    try await pair.promote()
                    try await course.isOver()
                }
                verdict.expectPromises(mostConnections: connections + 2, mostAttempts: 2 * connections)
                #expect(verdict.counts.unknown > FaultExperiment.clients, "nobody was told meanwhile")
            }
        }
    }

    /// A primary with a standby without which it acknowledges nothing, and a service that knows both.
    private struct Replication {
        let stage: FaultStage
        let standby: PostgresCluster

        func promote() async throws {
            let connection = try await Connection.open(standby.superuserURL())
            let isPromoted = try await connection.first(Self.promotion, (), deadline: .seconds(60))
            await connection.close()
            #expect(isPromoted == true)
        }

        private static let promotion = Statement<Void, Bool>(
            "select pg_promote()", bind: { () }, row: { (done: Bool) in done })
    }

    private func withReplication(_ body: (Replication) async throws -> Void) async throws {
        try await withDedicatedCluster(settings: FaultStage.settings) { primary async throws in
            var stage = try await FaultStage.make(on: primary)
            try await withStandby(of: primary, settings: FaultStage.settings) { standby async throws in
                let database = stage.place.database.name
                func url(_ role: String) -> String {
                    let hosts = [primary, standby].map(\.socketDirectory).joined(separator: ",")
                    return """
                        host=\(hosts) port=\(primary.port),\(standby.port) dbname=\(database) user=\(role) \
                        target_session_attrs=read-write
                        """
                }
                try await stage.asSuperuser { connection in
                    try await connection.script("alter system set synchronous_standby_names = '*'")
                    try await connection.script("select pg_reload_conf()")
                }
                stage = stage.reached(by: url(FaultStage.serviceRole))
                stage.superuserURL = url("postgres")
                try await eventually("a synchronous standby") {
                    try await stage.asSuperuser { try await $0.first(synchronousStandbys, ()) } == 1 ? true : nil
                }
                try await body(Replication(stage: stage, standby: standby))
            }
        }
    }

    private let synchronousStandbys = Statement<Void, Int>(
        "select count(*) from pg_stat_replication where sync_state = 'sync'", bind: { () },
        row: { (count: Int) in count })
#endif
