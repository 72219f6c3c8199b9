import FoundationEssentials
import Testing

@testable import Gatehouse

/// The table of the design, row by row: what presenting a generation comes to.
@Suite struct RefreshStateTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func state(
        at generation: Int = 5, rotated secondsAgo: Double = 0, ended: Bool = false, user: Bool = true,
        tenant: Bool = true, policy: ReusePolicy = .strict
    ) -> RefreshState {
        RefreshState(
            generation: generation, createdAt: now - 1000, rotatedAt: now - secondsAgo, hasEnded: ended,
            userIsEnabled: user, tenantIsEnabled: tenant, refreshTTL: .seconds(500), sessionMaxAge: .seconds(2000),
            grace: .seconds(60), reusePolicy: policy, now: now)
    }

    @Test("The live generation rotates")
    func live() {
        #expect(Self.state().outcome(presenting: 5) == .rotates)
    }

    @Test(
        "The one before is answered again until the grace is over",
        arguments: [(-1.0, true), (60, true), (60.01, false)])
    func grace(secondsAgo: Double, within: Bool) {
        #expect(Self.state(rotated: secondsAgo).outcome(presenting: 4) == (within ? .repeatsSuccessor : .reuse))
    }

    @Test("After the grace the policy decides, but not about older ones")
    func policy() {
        let late = Self.state(rotated: 61, policy: .untilUsed)
        #expect(late.outcome(presenting: 4) == .repeatsUnusedSuccessor)
        #expect(late.outcome(presenting: 3) == .reuse)
    }

    @Test("Two and more behind is reuse, ahead is unknown")
    func others() {
        #expect(Self.state().outcome(presenting: 3) == .reuse)
        #expect(Self.state().outcome(presenting: 0) == .reuse)
        #expect(Self.state().outcome(presenting: 6) == .unknownGeneration)
    }

    @Test("What has ended, expired or been disabled decides before the generation", arguments: 3...6)
    func over(presented: Int) {
        #expect(Self.state(ended: true).outcome(presenting: presented) == .sessionEnded)
        #expect(Self.state(user: false).outcome(presenting: presented) == .sessionEnded)
        #expect(Self.state(tenant: false).outcome(presenting: presented) == .tenantGone)
        #expect(Self.state(rotated: 500).outcome(presenting: presented) == .expired)
    }

    @Test("Expiry is the earlier of idle and absolute")
    func expiry() {
        #expect(Self.state(rotated: 10).expiresAt == Self.now + 490)
        let old = Session.expiry(
            createdAt: Self.now - 1900, rotatedAt: Self.now, refreshTTL: .seconds(500), maxAge: .seconds(2000))
        #expect(old == Self.now + 100)
    }
}
