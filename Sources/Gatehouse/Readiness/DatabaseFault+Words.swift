import Logging
import Postgres

extension DatabaseFault {
    /// For `/readyz`, in words of our own: those of libpq and of the server may name addresses, roles and statements.
    var sentence: String {
        let cause = state.map { "\(kind.words) (SQLSTATE \($0))" } ?? kind.words
        return isOfConnecting && kind != .lost && kind != .timeout ? "can't be reached: \(cause)" : cause
    }

    /// For the log: the class, the SQLSTATE, and what the server or libpq said of it.
    static func metadata(of error: PostgresError) -> Logger.Metadata {
        let fault = DatabaseFault(error) ?? DatabaseFault(kind: .other, error.state)
        var metadata: Logger.Metadata = ["cause": .string(fault.kind.rawValue)]
        if let state = fault.state { metadata["sqlstate"] = .string(state.rawValue) }
        if let report = error.report, !report.isEmpty { metadata["reason"] = .string(report) }
        return metadata
    }
}

extension DatabaseFault.Kind {
    fileprivate var words: String {
        switch self {
        case .name: "its host's name leads to no address"
        case .unreachable: "nobody takes connections at its address"
        case .timeout: "no answer in time"
        case .tls: "TLS could not be agreed on, as with a certificate that isn't trusted"
        case .authentication: "it doesn't take the role or its password"
        case .permission: "it doesn't let the role in"
        case .noSuchDatabase: "there is no such database"
        case .tooManyConnections: "no connection is left"
        case .diskFull: "its disk is full"
        case .outOfResources: "it has run out of something"
        case .readOnly: "no server of DATABASE_URL takes writes"
        case .shuttingDown: "it is starting, stopping or being recovered"
        case .systemError: "its system failed it"
        case .lost: "the connection was lost"
        case .unconfirmed: "no standby confirms a commit"
        case .noNotifications: "no notification arrives, as behind a pooler in transaction mode"
        case .ownSystem: "this process has run out of files, threads or memory"
        case .conflict: "another transaction was in the way"
        case .busy: "no connection became free in time"
        case .closed, .cancelled, .other: "can't be asked"
        }
    }
}

extension PostgresError {
    fileprivate var state: SQLState? {
        if case .server(let error) = self { error.state } else { nil }
    }

    /// What may be said in a log of a database that can't be used. What libpq says of a connection string that it can't make sense of
    /// may repeat pieces of it, a password among them, so of what it says only reports of a server are kept.
    fileprivate var report: String? {
        switch self {
        case .connect(let reason, .noNotifications), .connect(let reason, .ownSystem):
            // Of several servers the last one's, which is ours.
            reason.split(separator: "; ").last.map(String.init)
        case .connectionLost(let reason, _): reason
        case .connect(let reason, _):
            reason.split(separator: "; ").filter { $0.hasPrefix("connection to server ") }.joined(separator: "; ")
        case .server(let error) where error.state.isUnavailability: error.message
        case .commitUnconfirmed, .timeout: description
        case .server, .encoding, .decoding, .cancelled, .tooManyWaiting, .closed, .transactionInProgress: nil
        }
    }
}
