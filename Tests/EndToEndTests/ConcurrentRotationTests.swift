import TestSupport
import Testing

@Suite("50 keys rotate at once", .timeLimit(.minutes(10)))
struct ConcurrentRotationTests {
    private static let processes = 50
    /// How many wait for the tenant before the first of them goes on. Each has a minute for its statement, and how many programs a
    /// machine starts in that is its own affair.
    private static let held = 12
    /// That of the suite: how long so many programs take is the machine's affair too.
    private static let limit = Duration.seconds(600)

    @Test("Exactly one passes the guard, and the others are refused by it")
    func guarded() async throws {
        let place = try await tenant()
        try await place.asSuperuser(
            "update signing_keys set created_at = created_at - interval '301 s' where state = 'next'")
        let outcomes = try await rotateTogether(place)
        #expect(outcomes.count { $0.status == 0 } == 1)
        #expect(outcomes.count { $0.status == 1 && $0.errorCode == "guard_refused" } == Self.processes - 1)
        try await expectKeys(of: place, rotations: 1)
    }

    @Test("With --force each of them rotates, one after another")
    func forced() async throws {
        let place = try await tenant()
        let outcomes = try await rotateTogether(place, "--force")
        let failures = outcomes.filter { $0.status != 0 }
        #expect(failures.isEmpty, "\(failures.map(\.errors))")
        let current = outcomes.compactMap { outcome in
            (outcome.object["rotated"] as? [[String: Any]])?.first?["current"] as? [String: Any]
        }
        #expect(Set(current.compactMap { $0["kid"] as? String }).count == Self.processes, "a key was promoted twice")
        try await expectKeys(of: place, rotations: Self.processes)
    }

    /// The time of a transaction is that of its beginning: before it waited.
    @Test("A key has not been published while the rotation that makes it waited for another")
    func waited() async throws {
        let place = try await tenant()
        try await place.asSuperuser(
            "update signing_keys set created_at = created_at - interval '301 s' where state = 'next'")
        let arguments = ["admin", "keys", "rotate", "shop", "--json"]
        let (first, second, times) = try await place.holding("select slug from tenants for update") {
            let first = Task { try await Program.run(arguments, place.environment) }
            let second = Task { try await Program.run(arguments, place.environment) }
            try await eventually("both of them at the tenant's lock") {
                try await place.waitingSessions() == 2 ? true : nil
            }
            return (first, second, try await place.texts("select clock_timestamp()::text"))
        }
        let outcomes = [try await first.value, try await second.value]
        #expect(outcomes.map(\.status).sorted() == [0, 1], "\(outcomes.map(\.output))")
        try await expectKeys(of: place, rotations: 1)
        // The next rotation's guard counts from when the key was made, and the wait for the lock must not count.
        let endOfWait = try #require(times.first)
        let published = try await place.count(
            """
            select count(*) from signing_keys
            where use = 'access' and state = 'next' and created_at > '\(endOfWait)'
            """)
        #expect(published == 1, "the next key is as old as the wait for the lock")
    }

    private func tenant() async throws -> Installation {
        var place = try await Installation.migrated()
        place.settings["GATEHOUSE_JWKS_MAX_AGE"] = "300s"
        let made = try await Program.admin("tenant", "create", "shop", in: place)
        #expect(made.status == 0, "\(made.errors)")
        return place
    }

    /// All are started at once, and some of them wait for the tenant before the first goes on.
    private func rotateTogether(_ place: Installation, _ flags: String...) async throws -> [Program.Outcome] {
        let arguments = ["admin", "keys", "rotate", "shop", "--json"] + flags
        return try await withThrowingTaskGroup(of: Program.Outcome.self) { group in
            try await place.holding("select slug from tenants for update") {
                for _ in 0..<Self.processes {
                    group.addTask { try await Program.run(arguments, place.environment, within: Self.limit) }
                }
                try await eventually("a dozen of them at the tenant's lock", within: Self.limit) {
                    try await place.waitingSessions() >= Self.held ? true : nil
                }
            }
            return try await group.reduce(into: [Program.Outcome]()) { $0.append($1) }
        }
    }

    private func expectKeys(of place: Installation, rotations: Int) async throws {
        let keys = try await place.texts("select state from signing_keys where use = 'access' order by state")
        #expect(keys == ["current", "next"] + Array(repeating: "retired", count: rotations))
        let events = try await place.count("select count(*) from audit_events where type = 'keys.rotated'")
        #expect(events == rotations)
    }
}
