import Postgres

/// What the server says of what `body` asks it for; nil where it does that. An error that isn't the server's is thrown.
func refusedByServer(_ body: () async throws -> Void) async throws -> ServerError? {
    do {
        try await body()
        return nil
    } catch PostgresError.server(let error) {
        return error
    }
}

extension ServerError {
    /// What refused: the constraint of that name, else the SQLSTATE.
    var reason: String { constraint ?? state.rawValue }
}
