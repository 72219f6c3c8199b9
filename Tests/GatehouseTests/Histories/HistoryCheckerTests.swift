import Testing

@testable import Gatehouse

/// The checker sees what is wrong in logs that a broken service would have left.
@Suite struct HistoryCheckerTests {
    private static let opened: [(Request, Answer)] = [(.register(user: 0), .opened), (.logIn(user: 0), .opened)]

    private static func faults(
        _ rest: [(Request, Answer)], presenter: Presenter = .client, grace: Int = 60
    ) -> [String] {
        let log = (opened + rest).enumerated().map { moment, said in
            var entry = Entry(request: said.0, answer: said.1, moment: moment)
            if case .present = said.0 { entry.presenter = presenter }
            return entry
        }
        return HistoryChecker(History(grace: grace, steps: []), log).faults()
    }

    private static func present(_ generation: Int) -> Request {
        .present(session: 0, generation: generation, revoked: false)
    }

    @Test("A log of lost responses, retries and a logout is clean")
    func clean() {
        let log: [(Request, Answer)] = [
            (Self.present(0), .tokens(1)), (.wait(seconds: 50), .done), (Self.present(0), .tokens(1)),
            (Self.present(1), .tokens(2)), (.logOut(session: 0, scope: .local, revoked: false), .done),
            (Self.present(2), .refused("session_ended")), (.ask(session: 1, revoked: false), .sessions([1])),
        ]
        #expect(Self.faults(log) == [])
    }

    @Test(
        "Whatever is accepted after an end is a fault",
        arguments: [
            Request.logOut(session: 0, scope: .local, revoked: false),
            .logOut(session: 0, scope: .global, revoked: false), .logOut(session: 1, scope: .others, revoked: false),
            .changePassword(session: 1, revoked: false), .endSession(0, by: 1, revoked: false), .disableUser(0),
            .deleteUser(0), .revokeSession(0), .rotateKeys(.all, emergency: true),
        ])
    func afterlife(end: Request) {
        let refused = Answer.refused("session_ended")
        #expect(Self.faults([(end, .done), (Self.present(0), refused)]) == [])
        #expect(Self.faults([(end, .done), (Self.present(0), .tokens(1))]).count == 1)
        #expect(Self.faults([(end, .done), (.ask(session: 0, revoked: false), .sessions([0]))]).count == 1)
        #expect(Self.faults([(end, .done), (.ask(session: 1, revoked: false), .sessions([0, 1]))]).count >= 1)
    }

    @Test("A generation two behind that is accepted is a fault, as is a successor of another one")
    func twoLive() {
        let two: [(Request, Answer)] = [(Self.present(0), .tokens(1)), (Self.present(1), .tokens(2))]
        #expect(Self.faults(two + [(Self.present(0), .tokens(1))], presenter: .thief).count == 1)
        #expect(Self.faults([(Self.present(0), .tokens(2))], presenter: .thief).count == 1)
    }

    @Test("Two tokens of one generation and one moment are a fork")
    func fork() {
        let log = [1, 2].map { bytes in
            Entry(
                request: Self.present(0), answer: .tokens(1), presenter: .client,
                mark: TokenMark(kid: "k", bytes: bytes), moment: 1)
        }
        let begin = Entry(request: .register(user: 0), answer: .opened, moment: 0)
        #expect(HistoryChecker(History(steps: []), [begin] + log).faults().count == 1)
    }

    @Test("An honest client that is refused within the grace is a fault, after it and beside a thief it is none")
    func honesty() {
        func log(_ seconds: Int) -> [(Request, Answer)] {
            [
                (Self.present(0), .tokens(1)), (.wait(seconds: seconds), .done),
                (Self.present(0), .refused("refresh_token_reused")),
            ]
        }
        #expect(Self.faults(log(50)).count == 1)
        #expect(Self.faults(log(60)) == [])
        #expect(Self.faults(log(50), grace: 0) == [])
        #expect(Self.faults(log(50), presenter: .thief) == [])
    }

    @Test("What opens while the tenant is disabled, or by a revoked key, is a fault")
    func openings() {
        #expect(Self.faults([(.disableTenant, .done), (Self.present(0), .tokens(1))]).count == 1)
        #expect(Self.faults([(.ask(session: 0, revoked: true), .sessions([0, 1]))]).count == 1)
    }
}
