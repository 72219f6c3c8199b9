import Postgres

extension Failure {
    /// What an operator can do about an error of the database, without its SQL and without a password.
    init(_ error: PostgresError) {
        switch error {
        case .connect(let reason, .ownSystem):
            self.init(code: "database_unavailable", "PostgreSQL can't be reached: \(reason).")
        case .connect(let reason, _):
            self.init(code: "database_unavailable", Self.connectSentence(reason))
        case .connectionLost, .closed:
            self.init(
                code: "database_unavailable",
                "The connection to PostgreSQL was lost; see whether the change was made before you repeat it.")
        case .tooManyWaiting:
            self.init(code: "overloaded", "Too much waits for PostgreSQL already; try again shortly.")
        case .commitUnconfirmed:
            self.init(
                code: "database_unavailable",
                "PostgreSQL made the change, but its synchronous standby hasn't confirmed it; a failover may undo it.")
        case .timeout(.statement):
            self.init(
                code: "database_unavailable",
                "PostgreSQL took longer over a statement than it may, and was told to stop; ask for less at a time, "
                    + "or see what it waits for (pg_stat_activity).")
        case .timeout(.connecting), .timeout(.waitingForConnection):
            self.init(
                code: "database_unavailable",
                "PostgreSQL did not answer in time; check that the address in DATABASE_URL is reachable.")
        case .server(let error):
            self = Self.refusal(error)
        case .transactionInProgress:
            self.init(code: "internal", "Something unforeseen went wrong (a transaction inside another one).")
        case .cancelled:
            self.init(code: "cancelled", "Interrupted.")
        case .encoding:
            self.init(code: "validation_failed", "A value holds a character that PostgreSQL can't store.")
        case .decoding:
            self.init(
                code: "schema_outdated",
                "The database holds something this program doesn't expect; run: gatehouse migrate --check")
        }
    }

    /// libpq's report of a failed connection names host, port and cause. What it says about an address that it can't
    /// make sense of may repeat pieces of it, a password among them.
    private static func connectSentence(_ reason: String) -> String {
        let advice =
            "Check that it runs and that DATABASE_URL (for migrate and admin GATEHOUSE_OWNER_DATABASE_URL) names it."
        // The client library joins the lines of a report by semicolons, and of several servers the reports; the first of one that was
        // found says what happened.
        let told = reason.split(separator: "; ").first { $0.hasPrefix("connection to server ") }
        guard let first = told?.split(whereSeparator: \.isNewline).first else {
            return "PostgreSQL can't be reached: its address can't be used or its host is unknown. \(advice)"
        }
        return "PostgreSQL can't be reached: \(first). \(advice)"
    }

    private static func refusal(_ error: ServerError) -> Failure {
        switch error.state {
        case .insufficientPrivilege:
            Failure(
                code: "database_unavailable",
                "The database role may not do this; migrate and admin need the owner's GATEHOUSE_OWNER_DATABASE_URL.")
        case .undefinedTable, .undefinedColumn, .undefinedFunction:
            Failure(code: "schema_outdated", "The database lacks this program's schema; run: gatehouse migrate")
        case let state where state.isUnavailability:
            Failure(
                code: "database_unavailable",
                "PostgreSQL can't do this at the moment (error \(state)); try again shortly.")
        default:
            Failure(
                code: "internal",
                "PostgreSQL refused the work (error \(error.state)); its log says more.")
        }
    }
}

extension SQLState {
    fileprivate static let undefinedColumn = SQLState(rawValue: "42703")
    fileprivate static let undefinedFunction = SQLState(rawValue: "42883")
}
