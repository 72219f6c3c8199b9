import Testing

@testable import Gatehouse

@Suite struct HistoryShrinkerTests {
    @Test("A seed gives the same history each time, and another seed another one")
    func seeds() {
        #expect(History(seed: 7) == History(seed: 7))
        #expect(History(seed: 7) != History(seed: 8))
        // The first number of the published reference implementation for the seed 0.
        var random = SplitMix64(seed: 0)
        #expect(random.next() == 0xE220_A839_7B1D_CDAF)
    }

    @Test("Of a long history that fails nothing is left but what it fails by", arguments: 0..<20)
    func shrinking(seed: UInt64) async throws {
        var history = History(seed: seed)
        let guilty: [Step] = [.disableUser(0), .present(session: 0, by: .thief, lost: false, at: 0), .enableUser(0)]
        history.steps.insert(guilty[2], at: history.steps.count)
        history.steps.insert(guilty[0], at: 1)
        history.steps.insert(.present(session: 0, by: .thief, lost: true, at: 1), at: 3)
        let shortest = try await HistoryShrinker { candidate in
            let disabled = candidate.steps.firstIndex(of: guilty[0])
            let enabled = candidate.steps.lastIndex(of: guilty[2])
            guard let disabled, let enabled, disabled < enabled else { return false }
            return candidate.steps[disabled..<enabled].contains {
                if case .present(session: 0, by: .thief, _, _) = $0 { true } else { false }
            }
        }.shrunk(history)
        #expect(shortest == History(policy: .strict, grace: 60, steps: guilty))
    }

    @Test("A history is written as it would be in a test")
    func source() {
        let history = History(
            policy: .untilUsed, grace: 0,
            steps: [
                .burst(session: 0, by: [.client, .older(2)], logOut: true), .revokeAll(user: 1),
                .logOut(session: 1, scope: .others, by: .accessToken, at: 0),
                .rotateKeys(.refresh, emergency: true, heard: false),
            ])
        #expect(
            history.source == """
                History(
                    policy: .untilUsed, grace: 0,
                    steps: [
                        .burst(session: 0, by: [.client, .older(2)], logOut: true),
                        .revokeAll(user: Optional(1)),
                        .logOut(session: 1, scope: .others, by: .accessToken, at: 0),
                        .rotateKeys(.refresh, emergency: true, heard: false),
                    ])
                """)
    }
}
