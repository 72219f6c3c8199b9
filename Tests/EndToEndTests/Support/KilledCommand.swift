import Foundation

/// A command of the operator's that dies by SIGKILL in the middle of its work.
struct KilledCommand {
    let arguments: [String]
    let place: Installation
    let steps: WorkSteps

    /// Kills it when it has come to this step. Returns once the server has noticed, with whatever it makes of the work;
    /// false when the command had fewer steps than that, and has done all of it.
    func kill(atStep step: Int) async throws -> Bool {
        try await kill(whileHolding: WorkSteps.lock, step)
    }

    /// Kills it while it waits for what this statement locks.
    func kill(whileHolding lock: String, _ step: Int = 0) async throws -> Bool {
        try await steps.choose(step)
        let wasKilled = try await place.holding(lock) { try await killWhenItWaits() }
        try await eventually("the end of the killed command's session") {
            try await place.operatorSessions() == 0 ? true : nil
        }
        try await steps.choose(0)
        return wasKilled
    }

    /// Runs it to its end.
    func run() async throws -> Program.Outcome {
        try await Program.run(arguments, place.environment)
    }

    private func killWhenItWaits() async throws -> Bool {
        let program = try RunningProgram(Program.path, arguments, environment: place.environment)
        defer { program.send(SIGKILL) }
        let waits = try await eventually("a step or the end") {
            try await place.waitingSessions() > 0 ? true : program.hasEnded ? false : nil
        }
        program.send(SIGKILL)
        let status = await program.waitForEnd()
        guard status == (waits ? 128 + SIGKILL : 0) else {
            throw NotInTime(description: "\(arguments) ended with \(status): \(program.errors)")
        }
        return waits
    }
}
