import Postgres

extension Refusal {
    /// What may be said of an error in a log: a code, never a value.
    static func code(of error: any Error) -> String {
        switch error {
        case let refusal as Refusal: refusal.code
        case let error as PostgresError: Refusal(from: error)?.code ?? "database"
        default: "internal"
        }
    }
}
