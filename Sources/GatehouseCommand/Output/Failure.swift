import Gatehouse
import Postgres
import PostgresCluster

/// Why the program could not do what it was asked: the code for scripts, the lines for people.
struct Failure: Error {
    let code: String
    let lines: [String]

    init(code: String, _ message: String) {
        self.init(code: code, lines: [message])
    }

    private init(code: String, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// Anything thrown anywhere becomes something that can be shown: no SQL, no secret, no type name.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure:
            self = failure
        case let problems as ConfigurationProblems:
            self.init(code: "invalid_setting", lines: problems.lines)
        case let refusal as Refusal:
            self.init(code: refusal.code, lines: refusal.lines)
        case let fault as FieldFault:
            self.init(code: "validation_failed", fault.message)
        case let problem as StartupProblem:
            self.init(code: "startup_refused", problem.message)
        case let error as PostgresError:
            self.init(error)
        case let unfinished as UnfinishedEnding:
            let cause = Failure(unfinished.cause)
            self.init(code: cause.code, "\(unfinished.advice) (\(cause.message))")
        case let error as ClusterError:
            self.init(code: "database_unavailable", lines: error.description.split(separator: "\n").map(String.init))
        case is CancellationError:
            self.init(code: "cancelled", "Interrupted.")
        default:
            self.init(code: "internal", "Something unforeseen went wrong (\(type(of: error))).")
        }
    }

    var message: String { lines.joined(separator: "; ") }

    var json: JSON { ["error": ["code": .string(code), "message": .string(message)]] }
}

extension Refusal {
    /// All faults of all fields, where there are several.
    fileprivate var lines: [String] {
        guard case .validationFailed(let problems) = self, !problems.isEmpty else { return [message] }
        return problems.map { "\($0.field): \($0.message)" }
    }
}
