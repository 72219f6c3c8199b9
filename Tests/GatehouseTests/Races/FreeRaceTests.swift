import FoundationEssentials
import Synchronization
import Testing

@testable import Gatehouse

/// Clients that refresh or sign in without a pause, until an ending comes at some moment between.
@Suite(.installation, .timeLimit(.minutes(3))) struct FreeRaceTests {
    private static let rounds = 50
    private static let atOnce = 4

    @Test(
        "Of clients that refresh without a pause none gets anything after the answer of the ending",
        arguments: Ending.allCases)
    func refreshing(ending: Ending) async throws {
        try await inManyScenes(ending) { scene, chase in
            try await chase.end(clients: 1, { try await ending(in: scene) }) {
                var held = scene.refreshed
                try await chase.run {
                    let token = held.refreshToken
                    async let otherTab = scene.installation.refresh(token, in: scene.tenant)
                    held = try await scene.installation.refresh(token, in: scene.tenant)
                    return [held, try await otherTab]
                }
            }
            // Of the many tokens of the one session the last ones will do.
            try await scene.expectNothing(
                of: [scene.session] + chase.answered.suffix(4) + (ending.endsOther ? [scene.other] : []), after: ending)
        }
    }

    @Test("Of logins without a pause none leaves a session behind", arguments: Ending.barring)
    func signingIn(ending: Ending) async throws {
        try await inManyScenes(ending) { scene, chase in
            try await chase.end(clients: 2, { try await ending(in: scene) }) {
                try await chase.run { [try await scene.installation.logIn(in: scene.tenant)] }
            }
            try await scene.expectNothing(of: [scene.session] + chase.answered, after: ending)
        }
    }

    /// In every other one the ending comes once a client has been answered.
    private func inManyScenes(
        _ ending: Ending, _ body: @escaping @Sendable (Scene, Chase) async throws -> Void
    ) async throws {
        let installation = try await Installation.make()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            var answered = 0
            for round in 0..<Self.rounds {
                if round >= Self.atOnce, let count = try await group.next() { answered += count }
                group.addTask {
                    let chase = Chase(endsAtOnce: round.isMultiple(of: 2))
                    try await body(try await Scene.make(for: ending, in: installation), chase)
                    return chase.answered.count
                }
            }
            return try await group.reduce(answered, +)
        }
        #expect(answered > 0)
    }
}

/// What clients were answered while an ending came.
private final class Chase: Sendable {
    private struct State {
        var isEnded = false
        var isRefused = false
        var answered: [IssuedSession] = []
    }

    private let endsAtOnce: Bool
    private let state = Mutex(State())

    /// - Parameter endsAtOnce: Whether the ending may come before any client has been answered.
    init(endsAtOnce: Bool) {
        self.endsAtOnce = endsAtOnce
    }

    var answered: [IssuedSession] { state.withLock { $0.answered } }

    /// Lets clients go on until they are refused, and has the ending come somewhere between.
    func end(
        clients: Int, _ ending: @escaping @Sendable () async throws -> Void,
        _ client: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<clients { group.addTask { try await client() } }
            group.addTask {
                if !self.endsAtOnce {
                    try await wait { self.state.withLock { !$0.answered.isEmpty || $0.isRefused } }
                }
                try await Task.sleep(for: .microseconds(Int.random(in: 0...6000)))
                try await ending()
                self.state.withLock { $0.isEnded = true }
            }
            // Unlike `waitForAll`, this doesn't wait for clients that nothing is going to end.
            for try await _ in group {}
        }
    }

    /// Asks again and again, until a refusal; what is asked after the ending's answer has to be one.
    func run(_ request: () async throws -> [IssuedSession]) async throws {
        while !Task.isCancelled {
            let isLate = state.withLock { $0.isEnded }
            do {
                let issued = try await request()
                #expect(!isLate, "answered after the end")
                state.withLock { $0.answered += issued }
                if isLate { return }
            } catch is Refusal {
                state.withLock { $0.isRefused = true }
                return
            }
        }
    }
}
