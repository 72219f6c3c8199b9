import Dispatch
import MetricsTestKit
import Synchronization
import Testing

import struct FoundationEssentials.UUID

@testable import Gatehouse

@Suite("What is measured of hashing", .timeLimit(.minutes(1)))
struct PasswordMetricsTests {
    private let metrics = TestMetrics()
    private let tenant = UUID()

    private func count(_ label: String, _ dimensions: [(String, String)] = []) -> Int64 {
        (try? metrics.expectCounter(label, dimensions))?.totalValue ?? 0
    }

    private func unverifiable(_ reason: String) -> Int64 {
        count("gatehouse_password_unverifiable_total", [("reason", reason)])
    }

    @Test("A stored hash that costs more than may be spent is counted apart from one of no known scheme")
    func unverifiable() async throws {
        let hasher = PasswordHasher(
            parameters: try Argon2Parameters(parsing: "m=64,t=1,p=1"), threads: 1,
            ceiling: HashCeiling(bcryptCost: 4), metrics: PasswordMetrics(factory: metrics))
        defer { hasher.shutdown() }
        let password = try Password("swordfish")
        let dear = "$2b$05$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
        for stored in [dear, dear, "garbage"] {
            #expect(
                try await hasher.verify(password, against: PasswordHash(stored: stored), for: tenant) == .unsupported)
        }
        #expect(unverifiable("over_ceiling") == 2)
        #expect(unverifiable("unknown_scheme") == 1)
        try await hasher.verifyNothing(password, for: tenant)
        #expect(try metrics.expectTimer("gatehouse_password_hash_seconds").values.count == 4)
        #expect(try metrics.expectTimer("gatehouse_password_queue_wait_seconds").values.count == 4)
        #expect(unverifiable("over_ceiling") + unverifiable("unknown_scheme") == 3)
    }

    @Test("Jobs that a full queue turns away or displaces are counted, and the others' wait is measured")
    func refused() async throws {
        let threads = HashThreads(count: 1, queueLimit: 2, metrics: PasswordMetrics(factory: metrics))
        let begun = Atomic<Bool>(false)
        let gate = DispatchSemaphore(value: 0)
        let first = Task { [tenant] in
            try await threads.run(for: tenant) {
                begun.store(true, ordering: .relaxed)
                gate.wait()
            }
        }
        try await wait { begun.load(ordering: .relaxed) }
        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            func submit(for tenant: UUID) { group.addTask { (try? await threads.run(for: tenant) {}) != nil } }
            for waiting in 1...2 {
                submit(for: tenant)
                try await wait { threads.depth >= waiting }
            }
            submit(for: tenant)
            try await wait { count("gatehouse_password_refused_total") >= 1 }
            submit(for: UUID())
            try await wait { count("gatehouse_password_refused_total") >= 2 }
            gate.signal()
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        try await first.value
        threads.stop()
        #expect(outcomes.filter { $0 }.count == 2)
        #expect(count("gatehouse_password_refused_total") == 2)
        #expect(try metrics.expectTimer("gatehouse_password_queue_wait_seconds").values.count == 3)
    }
}
