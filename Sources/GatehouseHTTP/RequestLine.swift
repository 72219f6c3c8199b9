package import Gatehouse
package import Logging

/// A handler that writes the line of a request by itself: as an event with metadata, what surrounds the line costs more than the line.
package protocol RequestLineHandler: LogHandler {
    /// Writes what `log(event:)` would write of an event with this one piece of metadata, outside of the request: who it is, is in the line.
    func log(_ request: RequestLine, level: Logger.Level, message: StaticString)
}

/// What a line of the log says of a request, as one value: a handler that knows it writes its members without a dictionary.
package struct RequestLine: Sendable, CustomStringConvertible {
    /// The name of the one piece of metadata that holds it.
    package static let key = "request"

    package let requestID: String
    package let method: String
    package let route: String
    package let status: Int
    package let duration: Duration
    package let tenant: String
    package let traceID: String
    /// What kind of error nobody foresaw, or what kept the database from answering.
    package let error: String?

    package init(
        requestID: String, method: String, route: String, status: Int, duration: Duration, tenant: String,
        traceID: String, error: String?
    ) {
        self.requestID = requestID
        self.method = method
        self.route = route
        self.status = status
        self.duration = duration
        self.tenant = tenant
        self.traceID = traceID
        self.error = error
    }

    /// To the microsecond.
    package var milliseconds: Double {
        Double(duration.components.seconds) * 1000
            + Double(duration.components.attoseconds / 1_000_000_000_000) / 1000
    }

    /// Appends its members in the order of their names.
    package func append(to line: inout JSONObjectWriter) {
        line.append("duration_ms", JSONNumber(milliseconds).map(JSON.number) ?? .null)
        if let error { line.append("error", error) }
        line.append("method", method)
        line.append("request_id", requestID)
        line.append("route", route)
        line.append("status", status)
        line.append("tenant", tenant)
        line.append("trace_id", traceID)
    }

    /// The members as an object, for a handler that knows nothing of this type.
    package var description: String {
        var line = JSONObjectWriter(capacity: 256)
        append(to: &line)
        return String(decoding: line.finished(), as: UTF8.self)
    }
}
