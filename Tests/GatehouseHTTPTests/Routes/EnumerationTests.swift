import Foundation
import Gatehouse
import Testing

/// A refused login tells nothing of whether there is such an account.
@Suite struct EnumerationTests {
    private enum Case: String, CaseIterable {
        case wrongPassword, unknownEmail, disabledUser
    }

    /// With passwords hashed as in production: the longest part of a login is what has to be the same.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["GATEHOUSE_SOAK"] != nil), .timeLimit(.minutes(10)))
    func `soak: how long a refusal takes tells nothing either`() async throws {
        try await RunningService.run {
            $0.hasher = { PasswordHasher(parameters: .standard) }
        } _: { service in
            let accounts = try await Accounts(of: service)
            var times: [Case: [Duration]] = [:]
            for _ in 0..<500 {
                for one in Case.allCases.shuffled() {
                    let begun = ContinuousClock.now
                    _ = try await accounts.refused(one)
                    times[one, default: []].append(begun.duration(to: .now))
                }
            }
            for (one, other) in [(Case.wrongPassword, Case.unknownEmail), (.wrongPassword, .disabledUser)] {
                let area = Self.areaUnderROC(times[one, default: []], times[other, default: []])
                print("\(one) against \(other): area under the ROC curve \(area)")
                #expect((0.45...0.55).contains(area), "\(one) against \(other)")
            }
        }
    }

    /// Whether somebody who holds a session can tell how much of the password they guess is right, or whose it is.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["GATEHOUSE_SOAK"] != nil), .timeLimit(.minutes(10)))
    func `soak: a refused password change tells nothing by its time or its answer`() async throws {
        try await RunningService.run {
            $0.hasher = { PasswordHasher(parameters: .standard) }
        } _: { service in
            let tenant = try await service.tenant()
            let users = [try await tenant.user(), try await tenant.user()]
            let guesses = ["wrong-Password9x-quasarwr", String(goodPassword.dropLast()) + "x"]
            var times: [[Duration]] = [[], []]
            var answers: Set<String> = []
            for _ in 0..<500 {
                for one in [0, 1].shuffled() {
                    let begun = ContinuousClock.now
                    let reply = try await tenant.send(
                        "POST", "/v1/password", users[one].bearer,
                        json: ["current_password": .string(guesses[one]), "new_password": "another-Lintel92-quasar"])
                    times[one].append(begun.duration(to: .now))
                    try expectProblem(reply, 403, "invalid_credentials")
                    answers.insert(
                        String(decoding: reply.body, as: UTF8.self)
                            .replacing(try #require(reply.header("x-request-id")), with: ""))
                }
            }
            let area = Self.areaUnderROC(times[0], times[1])
            print("password change, nothing right against all but the end: area under the ROC curve \(area)")
            #expect((0.45...0.55).contains(area) && answers.count == 1)
        }
    }

    @Test
    func `The area under the ROC curve is one half where there is nothing to tell apart, and one where all is told`() {
        let times = (0..<100).map { Duration.milliseconds($0) }
        #expect(Self.areaUnderROC(times, times) == 0.5)
        #expect(Self.areaUnderROC(times, times.map { $0 + .seconds(1) }) == 0)
        #expect(Self.areaUnderROC(times.map { $0 + .seconds(1) }, times) == 1)
    }

    /// How likely one of the first took longer than one of the second: 0.5 where they can't be told apart.
    private static func areaUnderROC(_ first: [Duration], _ second: [Duration]) -> Double {
        var longer = 0.0
        for one in first {
            for other in second { longer += one > other ? 1 : one == other ? 0.5 : 0 }
        }
        return longer / Double(first.count * second.count)
    }

    private struct Accounts {
        let tenant: TestTenant
        private let enabled: String
        private let disabled: String

        init(of service: RunningService) async throws {
            tenant = try await service.tenant()
            enabled = try await tenant.user().email
            disabled = try await tenant.user().email
            _ = try await service.administration.disableUser(tenant: tenant.tenant.slug, user: disabled)
        }

        /// Addresses of one length, so that not even the request's own length differs.
        func refused(_ one: Case) async throws -> Reply {
            let reply =
                switch one {
                case .wrongPassword: try await tenant.logIn(enabled, "wrong-Password9x-quasar")
                case .unknownEmail: try await tenant.logIn(randomEmail(), "wrong-Password9x-quasar")
                case .disabledUser: try await tenant.logIn(disabled)
                }
            try expectProblem(reply, 401, "invalid_credentials")
            return reply
        }
    }
}
