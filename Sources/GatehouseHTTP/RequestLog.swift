import HTTPTypes
import Logging
import NIOCore
import Postgres

/// What is logged of requests: never a header, a body or a token.
struct RequestLog: Sendable {
    /// A request, as the log names it.
    struct Incident {
        let requestID: String
        let method: HTTPRequest.Method
        /// The template, empty where there is no such path.
        let route: String
        let channel: any Channel
    }

    let logger: Logger

    func answered(_ incident: Incident, status: HTTPResponse.Status, since received: ContinuousClock.Instant) {
        logger.debug(
            "answered",
            metadata: [
                "request_id": "\(incident.requestID)", "method": "\(incident.method.rawValue)",
                "route": "\(incident.route)", "status": "\(status.code)",
                "duration_ms": "\((ContinuousClock.now - received).milliseconds)",
            ])
    }

    /// An error that nobody foresaw. A client that went away in the middle of its request is none.
    func failed(_ incident: Incident, _ error: any Error) {
        logger.log(
            level: incident.channel.isActive ? .error : .debug, "request failed",
            metadata: [
                "request_id": "\(incident.requestID)", "method": "\(incident.method.rawValue)",
                "route": "\(incident.route)", "error": "\(Self.kind(of: error))",
            ])
    }

    /// What kind of error it is. Its description may quote values, so only the type is named, and of an answer of the
    /// database the SQLSTATE.
    private static func kind(of error: any Error) -> String {
        if case PostgresError.server(let answer) = error { return "SQLSTATE \(answer.state.rawValue)" }
        return String(reflecting: type(of: error))
    }
}

extension Duration {
    fileprivate var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds / 1_000_000_000_000) / 1000
    }
}
