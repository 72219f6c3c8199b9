import Postgres
import Synchronization
import TestSupport
import Testing

extension ReliabilityTests {
    @Test("a service that others have left no connection gets its pool back as soon as they let go")
    func exhaustedConnections() async throws {
        let stage = try await FaultStage.shared()
        let verdict = try await FaultExperiment(name: "`max_connections` reached by others", stage: stage).run {
            course in
            try await course.rounds(long: 4) {
                let crowd = Crowd()
                let taking = Task { await crowd.takeAll(of: stage.place.database.ownerURL) }
                defer { taking.cancel() }
                try await eventually("the last connection's taking") { crowd.isRefused ? true : nil }
                // They get what the service loses while it can't do anything about it.
                try await course.service.frozen {
                    let ended = try await stage.asSuperuser { observer in
                        try await stage.endConnections(of: FaultStage.serviceRole, by: observer)
                    }
                    try await eventually("another refusal") { crowd.isRefused(after: ended) ? true : nil }
                }
                try await course.letPass(short: .seconds(1), long: .seconds(5))
                taking.cancel()
                await taking.value
            }
        }
        verdict.expectPromises()
        #expect(verdict.counts.unknown > 0, "nobody noticed")
    }
}

/// Others who use the same server.
private final class Crowd: Sendable {
    private struct State {
        var taken = 0
        /// How many were taken when the last one was refused.
        var takenAtRefusal: Int?
        var takenAtFirstRefusal: Int?
    }

    private let state = Mutex(State())

    var isRefused: Bool { state.withLock { $0.takenAtRefusal != nil } }

    /// Whether one more was refused after so many more were taken since the first was.
    func isRefused(after more: Int) -> Bool {
        state.withLock { state in
            guard let first = state.takenAtFirstRefusal, let last = state.takenAtRefusal else { return false }
            return last >= first + more
        }
    }

    /// Takes every connection that is free or becomes free, until it is cancelled; then lets go of all.
    func takeAll(of url: String) async {
        var connections: [Connection] = []
        while !Task.isCancelled {
            do {
                connections.append(try await Connection.open(url))
                state.withLock { $0.taken += 1 }
            } catch {
                state.withLock {
                    $0.takenAtRefusal = $0.taken
                    $0.takenAtFirstRefusal = $0.takenAtFirstRefusal ?? $0.taken
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        for connection in connections { await connection.close() }
    }
}
