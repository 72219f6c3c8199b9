/// One app with one session: it refreshes on either instance in turn and verifies each new access token by itself.
struct FleetClient: Sendable {
    let number: Int
    let fleet: Fleet
    let tally: FleetTally

    /// Goes on until `tally` is told to end, and at the end finds its first token, of a key retired long since, still
    /// valid everywhere.
    func run() async throws {
        let check = OfflineCheck(issuer: fleet.issuer, audience: "shop")
        var keys = CachedKeySet("\(fleet.doors[number % 2])/.well-known/jwks.json")
        let (first, initial) = try await fleet.register("client\(number)", at: number % 2)
        var refreshToken = initial
        var round = number
        while !tally.isOver {
            round += 1
            do {
                let session = try await fleet.refresh(refreshToken, at: round % 2)
                tally.note("refreshes", session)
                if session.status == 200 {
                    refreshToken = session.text("refresh_token")
                    try await use(session.text("access_token"), round, check, &keys)
                }
            } catch {
                tally.fail("client \(number): \(error)")
            }
            // An app refreshes when a token nears its end: every client has its own time for that.
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...500)))
        }
        try await verify(first, check, &keys)
        for door in 0..<2 { tally.note("visits", try await fleet.me(first, at: door)) }
        tally.add(fetches: keys.fetches, surprises: keys.surprises)
    }

    private func use(_ token: String, _ round: Int, _ check: OfflineCheck, _ keys: inout CachedKeySet) async throws {
        try await verify(token, check, &keys)
        if round % 3 == 0 { tally.note("visits", try await fleet.me(token, at: (round + 1) % 2)) }
    }

    private func verify(_ token: String, _ check: OfflineCheck, _ keys: inout CachedKeySet) async throws {
        let kid = header(of: token)["kid"] as? String ?? ""
        let key = try await keys.key(kid)
        tally.judge(key.map { check.accepts(token, by: $0) } ?? false, kid)
    }
}
