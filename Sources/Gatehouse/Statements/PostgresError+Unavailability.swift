import Postgres

extension PostgresError {
    /// Whether the database could not be reached, or did not answer: nothing is known of the request's outcome.
    var isUnavailability: Bool {
        switch self {
        case .connect, .connectionLost, .commitUnconfirmed, .timeout, .tooManyWaiting, .closed: true
        case .server(let error): error.state.isUnavailability
        case .cancelled: true
        case .encoding, .decoding, .transactionInProgress: false
        }
    }

    /// Whether there is no connection to ask over, rather than an answer that took too long or was a refusal.
    var isLostConnection: Bool {
        switch self {
        case .connect, .connectionLost, .closed, .cancelled: true
        default: false
        }
    }
}
