import TestSupport
import Testing

@Suite("keys rotate, killed")
struct KilledRotationTests {
    private static let kills = 50

    @Test(
        "A kill -9 at any step leaves everything or nothing done, and the same command finishes the work",
        .timeLimit(.minutes(20)))
    func killed() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let command = KilledCommand(
            arguments: ["admin", "keys", "rotate", "shop", "--use", "all", "--force", "--json"], place: place,
            steps: try await WorkSteps.install(in: place))
        let log = try await place.serving { service in
            var invariants = try await RotationInvariants(place)
            #expect(try await command.kill(whileHolding: "select slug from tenants for update"))
            try await finish(command, &invariants, "killed before its first step")
            let walk = try await walk(command, &invariants)
            print("keys rotate --use all: \(walk)")
            // Who dies during the commit has already asked for it.
            #expect(walk.undone > 0 && walk.done > 0)
            return service.errors
        }
        #expect(!log.contains("can't be opened"))
    }

    private struct Walk {
        var steps = 0
        /// How many of the killed had their work undone, or done nevertheless.
        var undone = 1
        var done = 0
    }

    /// Kills it at one step after another, and begins again after the last one.
    private func walk(_ command: KilledCommand, _ invariants: inout RotationInvariants) async throws -> Walk {
        var walk = Walk()
        var step = 1
        while walk.undone + walk.done < Self.kills || walk.steps == 0 {
            let before = try await invariants.rotations()
            if try await command.kill(atStep: step) {
                if try await invariants.rotations() == before { walk.undone += 1 } else { walk.done += 1 }
                try await finish(command, &invariants, "killed at step \(step)")
                step += 1
            } else {
                walk.steps = step - 1
                // For both uses it retires, promotes, makes and records, and then it commits.
                #expect(walk.steps > 8)
                step = 1
            }
        }
        return walk
    }

    private func finish(
        _ command: KilledCommand, _ invariants: inout RotationInvariants, _ moment: String
    ) async throws {
        try await invariants.check(moment)
        let outcome = try await command.run()
        #expect(outcome.status == 0, "\(moment): \(outcome.errors)")
        try await invariants.check("\(moment), and run again")
    }
}
