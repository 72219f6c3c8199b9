import Testing

@testable import Gatehouse

/// One of two calls is held in the database at each critical point while the other one runs. Whichever it is: when the
/// ending has been answered, nothing of what it ended works, and nothing of what the other call has answered.
@Suite(.installation, .timeLimit(.minutes(3))) struct HeldRaceTests {
    private static let rotation = Gate(event: "update of generation on refresh_tokens")
    private static let insertion = Gate(event: "insert on refresh_tokens")

    @Test("A refresh that is held while its session is ended leaves nothing that works", arguments: Ending.allCases)
    func refreshHeld(ending: Ending) async throws {
        let race = try await HeldRace.make()
        for moment in Gate.Moment.allCases {
            let scene = try await Scene.make(for: ending, in: race.installation)
            let gate = Self.rotation.at(moment)
            let (refreshed, ended) = try await race.run(at: gate) {
                try await scene.installation.refresh(scene.refreshed.refreshToken, in: scene.tenant)
            } while: {
                try await ending(in: scene.elsewhere)
            }
            ending.meeting(.sessionEnded, heldAt: moment).expect(refreshed, at: gate)
            try await expectEnd(ending, of: scene, ended, refreshed)
        }
    }

    @Test("A session whose ending is held can be refreshed until it is done and not after", arguments: Ending.allCases)
    func endingHeld(ending: Ending) async throws {
        let race = try await HeldRace.make()
        for gate in ending.gates.flatMap({ gate in Gate.Moment.allCases.map(gate.at) }) {
            for isRetry in [false, true] {
                // There the first token is the one that is reused.
                if isRetry, ending == .reuse { continue }
                let scene = try await Scene.make(for: ending, in: race.installation)
                // The retry reads and writes nothing; its answer is as good as the one before it.
                let token = isRetry ? scene.session.refreshToken : scene.refreshed.refreshToken
                let (ended, refreshed) = try await race.run(at: gate) {
                    try await ending(in: scene)
                } while: {
                    try await scene.elsewhere.installation.refresh(token, in: scene.tenant)
                }
                ending.meeting(ofRefreshAt: gate, isRetry: isRetry).expect(refreshed, at: gate, isRetry: isRetry)
                try await expectEnd(ending, of: scene, ended, refreshed)
            }
        }
    }

    @Test("A login that is held while its user or tenant is barred opens nothing", arguments: Ending.barring)
    func loginHeld(ending: Ending) async throws {
        let race = try await HeldRace.make()
        for moment in Gate.Moment.allCases {
            try await holdLogIn(at: moment, during: ending, in: race)
        }
    }

    @Test(
        "A login that is held when its session has begun is ended with all sessions of its user",
        arguments: [Ending.allOfUserRevoked, .logOutEverywhere, .logOutOfOthers], [Gate.Moment.afterRow, .beforeCommit])
    func loginRevoked(ending: Ending, moment: Gate.Moment) async throws {
        try await holdLogIn(at: moment, during: ending, in: try await HeldRace.make())
    }

    private func holdLogIn(at moment: Gate.Moment, during ending: Ending, in race: HeldRace) async throws {
        let scene = try await Scene.make(in: race.installation)
        let gate = Self.insertion.at(moment)
        let (opened, ended) = try await race.run(at: gate) {
            try await scene.installation.logIn(in: scene.tenant)
        } while: {
            try await ending(in: scene.elsewhere)
        }
        ending.meeting(.invalidCredentials, heldAt: moment).expect(opened, at: gate)
        try await expectEnd(ending, of: scene, ended, opened)
    }

    @Test("A login that comes while its user or tenant is being barred opens nothing", arguments: Ending.barring)
    func barringHeld(ending: Ending) async throws {
        let race = try await HeldRace.make()
        for gate in ending.gates.flatMap({ gate in Gate.Moment.allCases.map(gate.at) }) {
            let scene = try await Scene.make(in: race.installation)
            let (ended, opened) = try await race.run(at: gate) {
                try await ending(in: scene)
            } while: {
                try await scene.elsewhere.installation.logIn(in: scene.tenant)
            }
            ending.meeting(ofLogInAt: gate).expect(opened, at: gate)
            try await expectEnd(ending, of: scene, ended, opened)
        }
    }

    private func expectEnd(
        _ ending: Ending, of scene: Scene, _ ended: Result<Void, any Error>, _ answer: Result<IssuedSession, any Error>
    ) async throws {
        try ended.get()
        let answered = try? answer.get()
        let ended = [scene.session, scene.refreshed] + (ending.endsOther ? [scene.other] : [])
        try await scene.expectNothing(of: ended + (answered.map { [$0] } ?? []), after: ending)
        guard !ending.endsOther else { return }
        _ = try await scene.service.authenticate(scene.other.accessToken, in: scene.tenant)
    }
}
