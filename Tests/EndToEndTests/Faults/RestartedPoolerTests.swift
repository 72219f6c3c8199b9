import PostgresCluster
import TestSupport
import Testing

extension ReliabilityTests {
    @Test(
        "a PgBouncer in transaction mode that is killed and started anew is used again as soon as it is back",
        .enabled(if: PgBouncer.isExpected, "pgbouncer isn't installed (apt install pgbouncer)"))
    func restartedPooler() async throws {
        let path = try #require(PgBouncer.path)
        let shared = try await FaultStage.shared()
        let role = FaultStage.serviceRole
        try await PgBouncer.with(shared.cluster, at: path, as: role, connections: 4) { bouncer async throws in
            let stage = shared.reached(by: bouncer.conninfo(database: shared.place.database.name))
            let verdict = try await FaultExperiment(name: "restart of PgBouncer", stage: stage).run { course in
                try await course.rounds(long: 6) {
                    bouncer.kill()
                    try await course.letPass(short: .milliseconds(300), long: .seconds(1))
                    try await bouncer.start()
                }
            }
            verdict.expectPromises()
            #expect(verdict.counts.unknown > 0, "nobody noticed")
        }
    }
}
