import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite struct RotationAnswersTests {
    private let session = UUID()

    private func presentation(_ generation: Int) -> RotateRefreshToken.Presentation {
        RotateRefreshToken.Presentation(tenant: UUID(), session: session, generation: generation)
    }

    private func moved(to generation: Int) -> RotateRefreshToken.Moved {
        let now = Date(timeIntervalSince1970: 0)
        return RotateRefreshToken.Moved(
            session: StartedSession(id: session, generation: generation, createdAt: now, rotatedAt: now, now: now),
            subject: TokenSubject(
                id: UUID(), email: "ada@example.com", emailVerified: false, username: nil, name: nil, claims: [:]))
    }

    @Test("Of the presentations of one session that has moved, one of the generation that it moved from has moved it")
    func one() {
        let answers = Rotations.answers(to: [2, 3, 3, 4].map(presentation), [moved(to: 4)])
        #expect(answers.map { $0?.session.generation } == [nil, 4, nil, nil])
    }

    @Test("The highest generation there can be in a token is one like any other", arguments: [Int.max, 0])
    func extremes(generation: Int) {
        let answers = Rotations.answers(to: [presentation(generation), presentation(7)], [moved(to: 8)])
        #expect(answers.map { $0?.session.generation } == [nil, 8])
    }
}
