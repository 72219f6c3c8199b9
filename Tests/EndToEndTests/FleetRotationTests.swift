import TestSupport
import Testing

@Suite("Two instances while an operator rotates")
struct FleetRotationTests {
    private static let rotations = 50
    private static let clients = 32

    /// `max-age`, and with it the guard, is a second, so that five minutes pass in one. Nothing is forced.
    @Test("50 rotations fail no request and reject no token of 32 clients", .timeLimit(.minutes(5)))
    func rotations() async throws {
        var place = try await Installation.migrated()
        place.settings["GATEHOUSE_JWKS_MAX_AGE"] = "1s"
        try await Fleet.serving(place) { fleet in
            _ = try await fleet.register("operator")
            try await eventually("the instances' ears") { try await fleet.areTold() == [true, true] ? true : nil }
            let tally = FleetTally()
            let work = try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<Self.clients {
                    group.addTask { try await FleetClient(number: number, fleet: fleet, tally: tally).run() }
                }
                let work = try await Self.rotate(fleet)
                tally.end()
                try await group.waitForAll()
                return work
            }
            report(tally.now, work)
            expectFlawless(tally.now)
            // But for the tenant's first current keys, which nobody could wait for.
            let early = try await place.count(
                """
                select count(*) from signing_keys k where activated_at < created_at + interval '1 s'
                    and activated_at > (select min(activated_at) from signing_keys first where first.use = k.use)
                """)
            #expect(early == 0, "the guard let keys sign that had hardly been published")
            #expect(work.heard == Self.rotations, "new keys were found rather than heard of: \(work.heard) were")
        }
    }

    private static func rotate(_ fleet: Fleet) async throws -> FleetOperator {
        var work = FleetOperator(fleet)
        for _ in 0..<rotations { try await work.rotate() }
        return work
    }

    private func expectFlawless(_ counts: FleetTally.Counts) {
        #expect(counts.failed.isEmpty, "\(counts.failed.count): \(counts.failed.prefix(5))")
        #expect(counts.rejected.isEmpty, "\(counts.rejected.count): \(counts.rejected.prefix(5))")
        #expect(counts.verified > Self.clients * Self.rotations, "the clients were starved")
        #expect(
            counts.surprises * 100 < counts.verified,
            "\(counts.surprises) of \(counts.verified) tokens came before their key")
    }

    private func report(_ counts: FleetTally.Counts, _ work: FleetOperator) {
        print(
            """
            \(Self.rotations) rotations, \(work.refusals) refusals by the guard, new keys in use after at most \
            \(work.slowest), \(work.heard) times because they were heard of; \(counts.done), \
            \(counts.verified) tokens verified, \(counts.fetches) key sets fetched, \
            \(counts.surprises) keys missing from a set that was not old
            """)
    }
}
