import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite(.installation, .timeLimit(.minutes(2))) struct ReuseRaceTests {
    @Test("A reused token ends its session however fast its holder refreshes")
    func refreshedWithoutPause() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        for round in 0..<30 {
            let first = try await installation.register("user\(round)@example.com", in: tenant)
            let second = try await installation.refresh(first.refreshToken, in: tenant)
            let third = try await installation.refresh(second.refreshToken, in: tenant)
            let hasBegun = Flag()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var held = third
                    do {
                        while true {
                            held = try await installation.refresh(held.refreshToken, in: tenant)
                            hasBegun.set()
                        }
                    } catch Refusal.sessionEnded {}
                }
                try await wait { hasBegun.isSet }
                await #expect(throws: Refusal.refreshTokenReused) {
                    try await installation.refresh(first.refreshToken, in: tenant)
                }
                try await group.waitForAll()
            }
            #expect(try await !installation.isAlive(third, in: tenant))
        }
    }
}
