/// Rotates the access key of a fleet's tenant with the program, as an operator does, and sees what comes of it.
struct FleetOperator {
    let fleet: Fleet
    private(set) var refusals = 0
    /// The longest it took, from the end of the command, until an instance signed with the new key and published the
    /// one after it.
    private(set) var slowest = Duration.zero
    /// After how many rotations both instances worked with the new keys while they were told of changes, and so because they were
    /// told of this one.
    private(set) var heard = 0

    init(_ fleet: Fleet) {
        self.fleet = fleet
    }

    /// Returns when both instances work with the new keys. Where the guard refuses, it is asked again until it doesn't.
    mutating func rotate() async throws {
        let outcome = try await rotateWhenAllowed()
        let end = ContinuousClock.now
        let rotation = (outcome.object["rotated"] as? [[String: Any]])?.first ?? [:]
        let kids = ["current", "next"].map { (rotation[$0] as? [String: Any])?["kid"] as? String ?? "" }
        let fleet = fleet
        async let first: Void = Self.see(kids[0], kids[1], at: 0, of: fleet)
        async let second: Void = Self.see(kids[0], kids[1], at: 1, of: fleet)
        _ = try await (first, second)
        slowest = max(slowest, end.duration(to: ContinuousClock.now))
        if try await fleet.areTold() == [true, true] { heard += 1 }
    }

    private mutating func rotateWhenAllowed() async throws -> Program.Outcome {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let outcome = try await Program.admin("keys", "rotate", "shop", in: fleet.office)
            if outcome.status == 0 { return outcome }
            guard outcome.errorCode == "guard_refused", ContinuousClock.now < deadline else {
                throw NotInTime(description: "keys rotate: \(outcome.status) \(outcome.errors)")
            }
            refusals += 1
            // Only time makes the guard give way.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func see(_ current: String, _ next: String, at door: Int, of fleet: Fleet) async throws {
        _ = try await eventually("the new keys on instance \(door)", within: .seconds(10)) {
            let session = try await fleet.logIn("operator", at: door)
            let jwks = try await HTTP.get("\(fleet.doors[door])/.well-known/jwks.json")
            let published = (jwks.json["keys"] as? [[String: Any]] ?? []).compactMap { $0["kid"] as? String }
            let signs = header(of: session.text("access_token"))["kid"] as? String == current
            return signs && published.contains(next) ? true : nil
        }
    }
}
