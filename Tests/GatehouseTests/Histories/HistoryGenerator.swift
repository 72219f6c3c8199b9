@testable import Gatehouse

extension History {
    /// The history of a seed: of many clients, most of them honest, most of the time.
    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        policy = Bool.random(using: &random) ? .strict : .untilUsed
        grace = [0, 60, 60, 300][Int.random(in: 0..<4, using: &random)]
        let count = Int.random(in: 4...28, using: &random)
        steps = [.logIn(user: 0, at: 0)]
        while steps.count < count { steps.append(Step(using: &random)) }
    }
}

extension Step {
    private typealias Maker = @Sendable (inout SplitMix64) -> Step

    init(using random: inout SplitMix64) {
        var left = Int.random(in: 0..<Self.makers.reduce(0) { $0 + $1.weight }, using: &random)
        for (weight, make) in Self.makers {
            left -= weight
            if left < 0 {
                self = make(&random)
                return
            }
        }
        self = .enableTenant
    }

    /// What ends sessions is rare enough for some to grow old.
    private static let makers: [(weight: Int, make: Maker)] = [
        (10, { .logIn(user: number(below: 2, &$0), at: number(below: 2, &$0)) }),
        (34, { .present(session: session(&$0), by: .client, lost: chance(1, in: 3, &$0), at: number(below: 2, &$0)) }),
        (
            8,
            { .present(session: session(&$0), by: other(&$0), lost: chance(1, in: 4, &$0), at: number(below: 2, &$0)) }
        ),
        (14, { .burst(session: session(&$0), by: crowd(&$0), logOut: chance(1, in: 8, &$0)) }),
        (5, { .steal(session: session(&$0)) }),
        (8, { .ask(session: session(&$0), at: number(below: 2, &$0)) }),
        (
            3,
            {
                .logOut(
                    session: session(&$0), scope: LogOutScope.allCases[number(below: 3, &$0)],
                    by: chance(1, in: 2, &$0) ? .accessToken : .refreshToken, at: number(below: 2, &$0))
            }
        ),
        (2, { .changePassword(session: session(&$0)) }),
        (2, { .endSession(session(&$0), by: session(&$0)) }),
        (1, { .disableUser(number(below: 2, &$0)) }),
        (1, { .enableUser(number(below: 2, &$0)) }),
        (1, { .deleteUser(number(below: 2, &$0)) }),
        (1, { .disableTenant(heard: chance(1, in: 2, &$0)) }),
        (3, { _ in .enableTenant }),
        (1, { .revokeSession(session(&$0)) }),
        (1, { .revokeAll(user: chance(1, in: 2, &$0) ? number(below: 2, &$0) : nil) }),
        (4, { .rotateKeys(use(&$0), emergency: false, heard: chance(1, in: 2, &$0)) }),
        (1, { .rotateKeys(use(&$0), emergency: true, heard: true) }),
        (3, { .restart(number(below: 2, &$0)) }),
        (18, { .wait(seconds: [10, 30, 50, 60, 70, 250, 310, 590][number(below: 8, &$0)]) }),
    ]

    private static func crowd(_ random: inout SplitMix64) -> [Presenter] {
        (0..<Int.random(in: 2...4, using: &random)).map { _ in chance(3, in: 4, &random) ? .client : other(&random) }
    }

    private static func other(_ random: inout SplitMix64) -> Presenter {
        switch number(below: 8, &random) {
        case 0...3: .thief
        case 4...6: .older(Int.random(in: 1...3, using: &random))
        default: .never
        }
    }

    private static func use(_ random: inout SplitMix64) -> RotationUse {
        RotationUse.allCases[number(below: RotationUse.allCases.count, &random)]
    }

    /// Mostly the first ones, so that something comes of them.
    private static func session(_ random: inout SplitMix64) -> Int {
        min(number(below: 4, &random), number(below: 4, &random))
    }

    private static func number(below limit: Int, _ random: inout SplitMix64) -> Int {
        Int.random(in: 0..<limit, using: &random)
    }

    private static func chance(_ part: Int, in whole: Int, _ random: inout SplitMix64) -> Bool {
        number(below: whole, &random) < part
    }
}
