import FoundationEssentials
import Postgres

/// Rotates refresh tokens, many that come at once in one statement.
struct Rotations: Sendable {
    private let database: Database
    private let gathering: Gathering<RotateRefreshToken.Presentation, RotateRefreshToken.Result>

    init(_ database: Database) {
        self.database = database
        gathering = database.gathering(RotateRefreshToken.together, mayRepeat: false) { presentations, tenant in
            (tenant, presentations)
        } answers: { presentations, moved in
            Self.answers(to: presentations, moved)
        }
    }

    /// Moves the row, or says how it stands; nil where there is none.
    nonisolated(nonsending) func result(
        of presentation: RotateRefreshToken.Presentation
    ) async throws(PostgresError) -> RotateRefreshToken.Result? {
        if let moved = try await gathering.answer(presentation, in: presentation.tenant) { return moved }
        return try await database.first(RotateRefreshToken.statement, presentation, in: presentation.tenant)
    }

    /// The same token may have been presented twice: only one of them has moved the row.
    private static func answers(
        to presentations: [RotateRefreshToken.Presentation], _ moved: [RotateRefreshToken.Result]
    ) -> [RotateRefreshToken.Result?] {
        var unclaimed = Dictionary(moved.map { ($0.session, $0) }) { first, _ in first }
        return presentations.map { presentation in
            guard let result = unclaimed[presentation.session], result.state.generation == presentation.generation + 1
            else { return nil }
            unclaimed[presentation.session] = nil
            return result
        }
    }
}
