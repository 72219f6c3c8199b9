import Dispatch
import Synchronization
import Testing

import struct FoundationEssentials.UUID

@testable import Gatehouse

@Suite("Hash threads", .timeLimit(.minutes(1)))
struct HashThreadsTests {
    private let tenant = UUID()

    /// One thread, kept busy by a job that waits for `gate`.
    private final class Blocked: Sendable {
        let threads = HashThreads(count: 1, queueLimit: 2)
        let log = Mutex<[String]>([])
        private let gate = DispatchSemaphore(value: 0)

        func occupy() async throws -> Task<Void, any Error> {
            let started = Mutex(false)
            let occupation = Task {
                try await threads.run(for: UUID()) { [gate] in
                    started.withLock { $0 = true }
                    gate.wait()
                }
            }
            try await wait { started.withLock { $0 } }
            return occupation
        }

        func submit(_ name: String, for tenant: UUID) async throws -> Task<Void, any Error> {
            let expected = threads.depth + 1
            let task = Task {
                try await threads.run(for: tenant) { self.log.withLock { $0.append(name) } }
            }
            try await wait { threads.depth >= expected }
            return task
        }

        func release() { gate.signal() }
    }

    @Test("A full queue answers overloaded at once, and what waits is served")
    func overload() async throws {
        let blocked = Blocked()
        let occupation = try await blocked.occupy()
        let waiting = [
            try await blocked.submit("first", for: tenant), try await blocked.submit("second", for: tenant),
        ]
        await #expect(throws: HashingFailure.overloaded) { try await blocked.threads.run(for: tenant) {} }
        #expect(blocked.log.withLock { $0 }.isEmpty)
        blocked.release()
        for task in waiting + [occupation] { try await task.value }
        #expect(blocked.log.withLock { $0 } == ["first", "second"])
    }

    @Test("A tenant that floods the queue loses its newest job to another tenant")
    func fairness() async throws {
        let blocked = Blocked()
        let occupation = try await blocked.occupy()
        let first = try await blocked.submit("flood 1", for: tenant)
        let second = try await blocked.submit("flood 2", for: tenant)
        let other = Task { try await blocked.threads.run(for: UUID()) { blocked.log.withLock { $0.append("other") } } }
        await #expect(throws: HashingFailure.overloaded) { try await second.value }
        blocked.release()
        for task in [first, other, occupation] { try await task.value }
        #expect(blocked.log.withLock { $0 } == ["flood 1", "other"])
    }

    @Test("Cancelling a waiting job takes it out of the queue at once")
    func cancellation() async throws {
        let blocked = Blocked()
        let occupation = try await blocked.occupy()
        let doomed = try await blocked.submit("cancelled", for: tenant)
        doomed.cancel()
        await #expect(throws: HashingFailure.cancelled) { try await doomed.value }
        #expect(blocked.threads.depth == 0)
        blocked.release()
        try await occupation.value
        #expect(blocked.log.withLock { $0 }.isEmpty)
    }

    @Test("A task that is cancelled already never gets its turn")
    func cancelledBefore() async throws {
        let blocked = Blocked()
        let occupation = try await blocked.occupy()
        let doomed = Task {
            while !Task.isCancelled { await Task.yield() }
            try await blocked.threads.run(for: tenant) { blocked.log.withLock { $0.append("ran") } }
        }
        doomed.cancel()
        await #expect(throws: HashingFailure.cancelled) { try await doomed.value }
        blocked.release()
        try await occupation.value
        #expect(blocked.log.withLock { $0 }.isEmpty)
    }

    @Test("Stopping serves what waits and admits nothing more")
    func stopping() async throws {
        let blocked = Blocked()
        let occupation = try await blocked.occupy()
        let waiting = try await blocked.submit("waiting", for: tenant)
        blocked.threads.stop()
        blocked.threads.stop()
        await #expect(throws: HashingFailure.overloaded) { try await blocked.threads.run(for: tenant) {} }
        blocked.release()
        for task in [occupation, waiting] { try await task.value }
        #expect(blocked.log.withLock { $0 } == ["waiting"])
    }

    @Test("The threads end when they are stopped, and let go of their object")
    func ending() async throws {
        weak var released: HashThreads?
        do {
            let threads = HashThreads(count: 3, queueLimit: 1)
            released = threads
            try await threads.run(for: tenant) {}
            threads.stop()
        }
        try await wait { released == nil }
    }

    private final class Meeting: Sendable {
        let present = Atomic(0)
    }

    @Test("As many jobs run at once as there are threads")
    func parallelism() async throws {
        let threads = HashThreads(count: 3, queueLimit: 3)
        defer { threads.stop() }
        let (meeting, gate) = (Meeting(), DispatchSemaphore(value: 0))
        let jobs = (0..<3).map { _ in
            Task {
                try await threads.run(for: tenant) {
                    meeting.present.add(1, ordering: .relaxed)
                    gate.wait()
                }
            }
        }
        try await wait { meeting.present.load(ordering: .relaxed) == 3 }
        for _ in jobs { gate.signal() }
        for job in jobs { try await job.value }
    }
}
