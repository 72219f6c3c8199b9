import Gatehouse
import HTTPTypes
import Logging
import NIOCore
import Postgres

/// What is logged of requests: one line each, and never a header, a path, a body or a token.
struct RequestLog: Sendable {
    /// A request, as the log and its span name it.
    final class Incident {
        let requestID: String
        let traceID: String
        /// One that is registered, or `_OTHER`.
        let method: String
        /// The template, empty where there is no such path.
        let route: String
        let channel: any Channel
        let received = ContinuousClock.now
        /// The tenant that was found; what a path names otherwise is anybody's text.
        var tenant: Tenant?
        /// Whether an endpoint of the tenant was asked: the path and the method are there, and the body isn't announced as too large.
        var hasAskedEndpoint = false
        /// What kind of error nobody foresaw.
        var failure: String?
        /// What kept the database from answering.
        var databaseFault: String?
        /// The connection ended before the request was whole.
        var isCutShort = false

        init(requestID: String, traceID: String, method: String, route: String, channel: any Channel) {
            self.requestID = requestID
            self.traceID = traceID
            self.method = method
            self.route = route
            self.channel = channel
        }

        /// Takes note of what was thrown instead of an answer. A client that went away in the middle of its request is no
        /// failure.
        func note(_ error: any Error, isForeseen: Bool) {
            if !channel.isActive, !isForeseen || error is RequestFault {
                isCutShort = true
            } else if !isForeseen {
                failure = RequestLog.kind(of: error)
            } else if let error = error as? PostgresError {
                databaseFault = DatabaseFault(error)?.description
            }
        }
    }

    /// What nobody was sent, because the connection had ended: 499, as nginx has it in its log.
    static let cutShort = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")

    /// What machines ask every few seconds.
    private static let probes: Set = ["/healthz", "/readyz", "/metrics"]

    let logger: Logger
    /// The logger's, where it knows requests.
    private let handler: (any RequestLineHandler)?

    init(logger: Logger) {
        self.logger = logger
        handler = logger.handler as? any RequestLineHandler
    }

    func answered(_ incident: Incident, status: HTTPResponse.Status, after duration: Duration) {
        let level = Self.level(of: incident, status)
        guard level >= logger.logLevel else { return }
        let line = RequestLine(
            requestID: incident.requestID, method: incident.method, route: incident.route, status: status.code,
            duration: duration, tenant: incident.tenant?.slug ?? "", traceID: incident.traceID,
            error: incident.failure ?? incident.databaseFault)
        let message: StaticString = incident.isCutShort ? "connection ended early" : "answered"
        guard let handler else {
            return logger.log(
                level: level, "\(message)", metadata: [RequestLine.key: .stringConvertible(line)])
        }
        handler.log(line, level: level, message: message)
    }

    private static func level(of incident: Incident, _ status: HTTPResponse.Status) -> Logger.Level {
        if incident.failure != nil { return .error }
        if probes.contains(incident.route) { return .debug }
        return status.code >= 500 ? .warning : .info
    }

    /// What kind of error it is. Its description may quote values, so only the type is named, and of an answer of the
    /// database the SQLSTATE.
    fileprivate static func kind(of error: any Error) -> String {
        if case PostgresError.server(let answer) = error { return "SQLSTATE \(answer.state.rawValue)" }
        return String(reflecting: type(of: error))
    }

    /// Methods are what clients make them; those that are no standard ones share a name.
    static func name(of method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options, .connect, .trace: method.rawValue
        default: "_OTHER"
        }
    }
}
