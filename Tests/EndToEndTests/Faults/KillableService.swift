import Foundation
import Synchronization

/// `gatehouse serve` as a supervisor runs it: whatever ends it, it can be started anew.
final class KillableService: Sendable {
    private let place: Installation
    private let program = Mutex<RunningProgram?>(nil)

    init(_ place: Installation) {
        self.place = place
    }

    /// Nil while it doesn't run.
    var facts: ProcessFacts? {
        program.withLock { $0.map { ProcessFacts(id: $0.id) } }
    }

    /// What the one that runs has written to standard error.
    var log: String { program.withLock { $0?.errors ?? "" } }

    /// Returns when it serves.
    func start() async throws {
        let started = try RunningProgram(Program.path, ["serve"], environment: place.environment)
        program.withLock { $0 = started }
        do {
            try await eventually("the service") {
                guard !started.hasEnded else { throw NotInTime(description: "it ended: \(started.errors)") }
                return try? await HTTP.get("\(place.url)/healthz")
            }
        } catch {
            started.send(SIGKILL)
            throw error
        }
    }

    /// Stops it in its tracks while `body` runs.
    func frozen<Result>(_ body: () async throws -> Result) async throws -> Result {
        let running = program.withLock { $0 }
        running?.send(SIGSTOP)
        defer { running?.send(SIGCONT) }
        return try await body()
    }

    /// Kills it as the kernel does when memory is short.
    func kill() async {
        await end(SIGKILL)
    }

    /// Its exit status; 128 and its number for a signal.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        let running = program.withLock { program in
            defer { program = nil }
            return program
        }
        running?.send(signal)
        return await running?.waitForEnd() ?? 0
    }
}
