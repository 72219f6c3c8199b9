import Synchronization
import Testing

@testable import Gatehouse

@Suite(.timeLimit(.minutes(1))) struct SharedLookTests {
    /// What is looked at: counts the looks, and lets none come back before it is told.
    private final class Sea: Sendable {
        private let looks = Mutex(0)
        private let isCalm: AsyncStream<Void>
        private let calm: AsyncStream<Void>.Continuation

        init() { (isCalm, calm) = AsyncStream.makeStream(of: Void.self) }

        var count: Int { looks.withLock { $0 } }

        func calmDown() { calm.finish() }

        func look() async -> String {
            let number = looks.withLock {
                $0 += 1
                return $0
            }
            for await _ in isCalm {}
            return "look \(number)"
        }
    }

    @Test("Everybody who asks during one look is told what that one saw")
    func shared() async throws {
        let sea = Sea()
        let look = SharedLook(patience: .seconds(60), memory: .seconds(60), overdue: "overdue", sea.look)
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<64 { group.addTask { await look() } }
            group.addTask {
                // When the time of the test is over as well: else those who have come would wait on.
                defer { sea.calmDown() }
                try await wait { await look.waitingCount >= 64 }
                return "look 1"
            }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(answers == ["look 1": 65])
        #expect(await look() == "look 1")
        #expect(sea.count == 1)
    }

    @Test("What is remembered no longer is looked at anew")
    func forgotten() async {
        let sea = Sea()
        sea.calmDown()
        let look = SharedLook(patience: .seconds(60), memory: .zero, overdue: "overdue", sea.look)
        #expect(await look() == "look 1")
        #expect(await look() == "look 2")
    }

    @Test("A look that doesn't end is overdue for everybody, at once for who comes later, and no second one joins it")
    func overdue() async throws {
        let sea = Sea()
        let look = SharedLook(patience: .milliseconds(50), memory: .zero, overdue: "overdue", sea.look)
        #expect(await look() == "overdue")
        #expect(await look() == "overdue")
        #expect(sea.count == 1)
        sea.calmDown()
        try await wait { await look() != "overdue" }
        #expect(sea.count > 1)
    }
}
