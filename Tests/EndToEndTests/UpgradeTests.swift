#if os(Linux)
    import Foundation
    import Postgres
    import Synchronization
    import TestSupport
    import Testing

    @Suite("An upgrade", .timeLimit(.minutes(3)))
    struct UpgradeTests {
        /// What a later release might add: columns that may be null or have a constant default, an index, a table.
        private static let expansions = [
            "alter table users add column nickname text",
            "alter table refresh_tokens add column label text not null default 'none'",
            "alter table tenants add column theme text; alter table tenants add column hints jsonb not null default '{}'",
            "create table webhooks (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id))",
            "create index users_nickname on users (tenant_id, nickname)",
        ]

        /// As `migrate` applies it: what can't have its lock soon gives up, and is for another attempt.
        private static func expand(_ place: Installation) async throws {
            let connection = try await Connection.open(place.database.ownerURL)
            for (index, expansion) in expansions.enumerated() {
                try await eventually("the lock for “\(expansion)”") {
                    do {
                        try await connection.script(
                            """
                            begin;
                            set local lock_timeout = '2s';
                            \(expansion);
                            insert into schema_versions (version, name) values (\(1001 + index), 'later_\(index)');
                            commit;
                            """)
                        return true
                    } catch PostgresError.server(let error) where error.state == .lockNotAvailable {
                        try await connection.script("rollback")
                        return nil
                    }
                }
            }
            await connection.close()
        }

        /// Runs `change` while clients ask, and goes on for as many answers afterwards as there were before.
        private func underTraffic(
            of place: Installation, _ change: @escaping @Sendable () async throws -> Void
        ) async throws -> KeptAliveClient.Tally {
            let clients = try await BusyClients.register(12, at: place)
            let (answers, answered) = AsyncStream.makeStream(of: Void.self)
            let isOver = Flag()
            return try await withThrowingTaskGroup(of: KeptAliveClient.Tally.self) { group in
                for client in clients {
                    group.addTask { await client.run(until: { isOver.isRaised }) { answered.yield() } }
                }
                group.addTask {
                    defer { isOver.raise() }
                    for await _ in answers.prefix(100) {}
                    try await change()
                    for await _ in answers.prefix(100) {}
                    return KeptAliveClient.Tally()
                }
                return try await group.reduce(KeptAliveClient.Tally(), +)
            }
        }

        private func expectNothingLost(_ tally: KeptAliveClient.Tally) {
            print(
                "\(tally.answered) answered, \(tally.closedWhileIdle + tally.closedWhenNew) closed, \(tally.lost.count) lost"
            )
            #expect(tally.lost.isEmpty)
            #expect(tally.closedWhileIdle + tally.closedWhenNew == 0)
            #expect(tally.answered >= 200)
        }

        private func expectToServe(_ place: Installation) async throws {
            #expect(try await HTTP.get("\(place.url)/healthz").status == 200)
            let tally = try await underTraffic(of: place) {}
            expectNothingLost(tally)
        }

        @Test(
            "The schema of a later release is applied while the service serves: no request fails, and it starts again")
        func laterSchema() async throws {
            let place = try await Installation.migrated()
            _ = try await Program.admin("tenant", "create", "shop", in: place)
            var open = place
            open.settings["GATEHOUSE_LIMITS"] = "off"
            let unlimited = open
            try await unlimited.serving { _ in
                expectNothingLost(try await underTraffic(of: unlimited) { try await Self.expand(unlimited) })
                #expect(try await HTTP.get("\(unlimited.opsURL)/readyz").status == 200)
            }
            try await unlimited.serving { _ in
                #expect(try await HTTP.get("\(unlimited.opsURL)/readyz").status == 200)
                try await expectToServe(unlimited)
            }
        }

        private static let earlierProgram = ProcessInfo.processInfo.environment["GATEHOUSE_EARLIER_PROGRAM"]

        @Test(
            "The program of before serves while this one migrates, and starts again on the new schema: no request fails",
            .enabled(if: earlierProgram != nil))
        func earlierRelease() async throws {
            let earlier = try #require(Self.earlierProgram)
            var empty = try await Installation.empty()
            empty.settings["GATEHOUSE_LIMITS"] = "off"
            let place = empty
            for arguments in [["migrate"], ["admin", "tenant", "create", "shop"]] {
                let outcome = try await Program.run(arguments, place.environment, program: earlier)
                #expect(outcome.status == 0, "\(outcome.errors)")
                if arguments == ["migrate"] { try await place.letServiceIn() }
            }
            #expect(try await Program.run(["migrate", "--check"], place.environment).status == 1, "nothing to migrate")
            try await place.serving(program: earlier) { _ in
                let tally = try await underTraffic(of: place) {
                    _ = try await eventually("the migrations") {
                        try await Program.run(["migrate"], place.environment).status == 0 ? true : nil
                    }
                }
                expectNothingLost(tally)
            }
            #expect(try await Program.run(["migrate", "--check"], place.environment).status == 0)
            try await place.serving(program: earlier) { _ in try await expectToServe(place) }
            try await place.serving { _ in try await expectToServe(place) }
        }
    }

    /// Raised once.
    private final class Flag: Sendable {
        private let state = Mutex(false)

        var isRaised: Bool { state.withLock { $0 } }

        func raise() { state.withLock { $0 = true } }
    }
#endif
