import Dispatch
import FoundationEssentials
import Synchronization
import Testing

@testable import Gatehouse

/// With one thread for hashes, which is kept busy, and room for one who waits.
@Suite(.timeLimit(.minutes(1))) struct FullHashQueueTests {
    @Test func `503 overloaded when the queue of hashes is full`() async throws {
        let hasher = PasswordHasher(
            parameters: try Argon2Parameters(parsing: "m=64,t=1,p=1"), threads: 1, queueLimit: 1)
        try await RunningService.run {
            $0.hasher = { hasher }
        } _: { service in
            let tenant = try await service.tenant()
            let begun = Atomic<Bool>(false)
            let gate = DispatchSemaphore(value: 0)
            let occupation = Task {
                try await hasher.threads.run(for: UUID()) {
                    begun.store(true, ordering: .relaxed)
                    gate.wait()
                }
            }
            try await wait { begun.load(ordering: .relaxed) }
            let waiting = Task { try await tenant.logIn("a@example.com") }
            try await wait { hasher.queueDepth == 1 }
            for _ in 0..<2 { try expectProblem(try await tenant.logIn("a@example.com"), 503, "overloaded") }
            gate.signal()
            try expectProblem(try await waiting.value, 401, "invalid_credentials")
            try await occupation.value
        }
    }

    /// Returns once `condition` holds, and throws when the time of the test is over.
    private func wait(until condition: () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
