#if os(Linux)
    import Foundation
    import Postgres
    import PostgresCluster
    import TestSupport
    import Testing

    extension ReliabilityTests {
        @Test(
            "a full disk ends PostgreSQL, and what was acknowledged is there when there is room again",
            .enabled("a small file system of one's own needs the right to mount one") { SmallDisk.isPossible })
        func diskFull() async throws {
            let disk = try SmallDisk(mebibytes: 160)
            defer { disk.remove() }
            let settings = FaultStage.settings.merging(["min_wal_size": "32MB", "max_wal_size": "32MB"]) { $1 }
            try await withDedicatedCluster(in: disk.path, settings: settings) { cluster async throws in
                let stage = try await FaultStage.make(on: cluster)
                let verdict = try await FaultExperiment(name: "disk full", stage: stage).run { course in
                    try await course.rounds(long: 3) {
                        try disk.fill()
                        try await stage.useUpLog()
                        try await course.letPass(short: .milliseconds(500), long: .seconds(5))
                        disk.makeRoom()
                        // It may have ended for good, or be about to start once more by itself.
                        await cluster.stop(.immediate)
                        try await cluster.start()
                    }
                }
                verdict.expectPromises()
                #expect(verdict.counts.unknown > 0, "nobody noticed")
            }
        }
    }

    extension FaultStage {
        /// Begins one segment of the write-ahead log after the other until there is no room for another.
        fileprivate func useUpLog() async throws {
            let next = Statement<Void, String>(
                "select pg_switch_wal()::text from pg_logical_emit_message(false, 'test', 'a segment with something in it')",
                bind: { () }, row: { (position: String) in position })
            do {
                try await asSuperuser { connection in
                    for _ in 0..<100 { _ = try await connection.first(next, ()) }
                }
            } catch PostgresError.connectionLost, PostgresError.connect {
                return
            }
            throw NotInTime(description: "the disk was never full")
        }
    }
#endif
