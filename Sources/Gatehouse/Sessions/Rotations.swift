import FoundationEssentials
import Postgres

/// Rotates refresh tokens, many that come at once in one statement.
struct Rotations: Sendable {
    private let database: Database
    private let gathering: Gathering<RotateRefreshToken.Presentation, RotateRefreshToken.Moved>

    init(_ database: Database) {
        self.database = database
        gathering = database.gathering(RotateRefreshToken.together, mayRepeat: false) { presentations, tenant in
            (tenant, presentations)
        } answers: { presentations, moved in
            Self.answers(to: presentations, moved)
        }
    }

    enum Outcome {
        case moved(RotateRefreshToken.Moved)
        /// This presentation hasn't moved it, and the state says why.
        case stands(RotateRefreshToken.Result)
    }

    /// Moves the row, or says how it stands; nil where there is none.
    nonisolated(nonsending) func result(
        of presentation: RotateRefreshToken.Presentation
    ) async throws(PostgresError) -> Outcome? {
        if let moved = try await gathering.answer(presentation, in: presentation.tenant) { return .moved(moved) }
        let result = try await database.first(RotateRefreshToken.statement, presentation, in: presentation.tenant)
        return result.map { $0.moved ? .moved(RotateRefreshToken.Moved($0)) : .stands($0) }
    }

    /// The same token may have been presented twice: only one of them has moved the row. The rows come in the order of the presentations
    /// as a rule, so that each is found at once. What is presented is any number at all, and mustn't be counted up.
    static func answers(
        to presentations: [RotateRefreshToken.Presentation], _ moved: [RotateRefreshToken.Moved]
    ) -> [RotateRefreshToken.Moved?] {
        var unclaimed = moved[...]
        return presentations.map { presentation in
            let index = unclaimed.firstIndex {
                $0.session.id == presentation.session && $0.session.generation - 1 == presentation.generation
            }
            return index.map { unclaimed.remove(at: $0) }
        }
    }
}
