import Gatehouse
import TestSupport
import Testing

@Suite("Two instances in an emergency", .timeLimit(.minutes(2)))
struct FleetEmergencyTests {
    private static let bound = Fleet.longestUnheard

    @Test("Revoked access keys end every access token on both instances within 5 s, and no session")
    func accessKeys() async throws {
        try await Fleet.serving(try await Installation.migrated()) { fleet in
            // What a key signed that has been retired meanwhile dies too.
            var sessions = try await sessions(of: fleet, "before")
            try await rotate(fleet, "--force")
            sessions += try await self.sessions(of: fleet, "after")
            for session in sessions {
                for door in 0..<2 { #expect(try await fleet.me(session.access, at: door).status == 200) }
            }

            try await rotate(fleet, "--emergency")
            try await eventually("the end of every access token", within: Self.bound) {
                try await areRefused(sessions.map(\.access), by: fleet) ? true : nil
            }
            for (number, session) in sessions.enumerated() {
                let renewed = try await fleet.refresh(session.refresh, at: number % 2)
                #expect(renewed.status == 200, "\(renewed.text("code"))")
                for door in 0..<2 {
                    #expect(try await fleet.me(renewed.text("access_token"), at: door).status == 200)
                }
            }
            #expect(try await areRefused(sessions.map(\.access), by: fleet), "a dead token came back to life")
        }
    }

    @Test("Revoked refresh keys end every session on both instances, and a fresh login works")
    func refreshKeys() async throws {
        try await Fleet.serving(try await Installation.migrated()) { fleet in
            var sessions = try await sessions(of: fleet, "before")
            try await rotate(fleet, "--use", "refresh", "--force")
            sessions += try await self.sessions(of: fleet, "after")

            try await rotate(fleet, "--use", "refresh", "--emergency")
            for session in sessions {
                for door in 0..<2 {
                    let refused = try await fleet.refresh(session.refresh, at: door)
                    #expect(refused.status == 401)
                    #expect(try await fleet.me(session.access, at: door).status == 401)
                }
            }
            for door in 0..<2 {
                try await eventually("a session that lasts", within: Self.bound) {
                    let session = try await fleet.logIn("before0", at: door)
                    #expect(session.status == 200)
                    return try await fleet.refresh(session.text("refresh_token"), at: 1 - door).status == 200
                        ? true : nil
                }
            }
        }
    }

    @Test(
        "An instance that can't hear of changes refuses a revoked key 5 s later at most",
        .enabled(if: PgBouncer.isExpected, "pgbouncer isn't installed (apt install pgbouncer)"))
    func cutOff() async throws {
        let path = try #require(PgBouncer.path)
        try await withDedicatedCluster { cluster async throws in
            let place = try await Installation.migrated(in: try await TestDatabase.make(on: cluster))
            try await PgBouncer.with(cluster, at: path, as: "gh_service") { bouncer async throws in
                let behind = ["DATABASE_URL": bouncer.conninfo(database: place.database.name)]
                try await Fleet.serving(place, second: behind) { fleet in
                    try await eventually("the first instance's ear") {
                        try await fleet.areTold() == [true, false] ? true : nil
                    }
                    for round in 0..<3 {
                        let delays = try await delaysOfRevocation(fleet, round)
                        print("a revoked key was taken for \(delays[0]), and for \(delays[1]) where nothing is heard")
                        for delay in delays { #expect(delay <= Self.bound) }
                        // Which reads no keys anew because of their age: it has heard of what it refused.
                        #expect(try await fleet.areTold() == [true, false])
                    }
                }
            }
        }
    }

    /// How long after the revocation of its key each instance has begun to take a token that both took before.
    private func delaysOfRevocation(_ fleet: Fleet, _ round: Int) async throws -> [Duration] {
        let session = try await fleet.register("unheard\(round)")
        let kid = try #require(header(of: session.access)["kid"] as? String)
        for door in 0..<2 {
            try await haveKeysRead(of: fleet, at: door, for: session.access)
            #expect(try await fleet.me(session.access, at: door).status == 200)
        }
        let revoked = try await Program.admin("keys", "revoke", "shop", kid, "--force", in: fleet.office)
        #expect(revoked.object["state"] as? String == "revoked", "\(revoked.errors)")
        let revocation = ContinuousClock.now
        var delays: [Duration] = []
        for door in 0..<2 {
            // What counts is when a request was sent that was answered well, however long that took.
            var accepted = revocation
            try await eventually("a refusal by instance \(door)") {
                let asked = ContinuousClock.now
                let isRefused = try await fleet.me(session.access, at: door).text("code") == "invalid_token"
                if !isRefused { accepted = asked }
                return isRefused ? true : nil
            }
            delays.append(revocation.duration(to: accepted))
        }
        return delays
    }

    /// An instance reads the keys anew where a token names one that it doesn't know.
    private func haveKeysRead(of fleet: Fleet, at door: Int, for token: String) async throws {
        var token = try TokenParts(token)
        token.header = try #require(JSON.parse(token.header).objectValue)
            .with("kid", .string(KeyMaterial.generate(.es256).kid)).serialized()
        #expect(try await fleet.me(token.text, at: door).text("code") == "invalid_token")
    }

    private func sessions(of fleet: Fleet, _ name: String) async throws -> [(access: String, refresh: String)] {
        var sessions: [(access: String, refresh: String)] = []
        for number in 0..<4 { sessions.append(try await fleet.register("\(name)\(number)", at: number % 2)) }
        return sessions
    }

    private func rotate(_ fleet: Fleet, _ flags: String...) async throws {
        let arguments = ["admin", "keys", "rotate", "shop", "--json"] + flags
        let outcome = try await Program.run(arguments, fleet.office.environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func areRefused(_ tokens: [String], by fleet: Fleet) async throws -> Bool {
        for token in tokens {
            for door in 0..<2 {
                let answer = try await fleet.me(token, at: door)
                guard answer.status == 401, answer.text("code") == "invalid_token" else { return false }
            }
        }
        return true
    }
}
