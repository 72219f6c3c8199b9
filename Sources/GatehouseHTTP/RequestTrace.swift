import Gatehouse
import HTTPTypes
import OpenTelemetry
import Tracing

/// What a request does to a trace.
struct RequestTrace: Sendable {
    let tracer: OpenTelemetryTracer

    /// Begins the request's span; the client's, where it names one, is the parent.
    func begin(method: String, route: String, headers: HTTPFields) -> TraceSpan {
        var caller = InstrumentationContext.topLevel
        tracer.extract(headers, into: &caller, using: HeaderFields())
        return tracer.startSpan(name(method, route), context: caller, ofKind: .server)
    }

    /// Nobody asks for it where nothing is recorded.
    private func name(_ method: String, _ route: String) -> String {
        guard tracer.isRecording else { return "" }
        return route.isEmpty ? method : "\(method) \(route)"
    }

    /// Runs `body` as a part of the span, if it is recorded: nobody asks for the place of one that isn't.
    func within<Outcome>(_ span: TraceSpan, _ body: () async throws -> Outcome) async rethrows -> Outcome {
        guard span.isRecording else { return try await body() }
        return try await InstrumentationContext.$current.withValue(span.context, operation: body)
    }

    /// Ends it. Neither a path nor a header goes into it: a path may hold what nobody else should see.
    func end(_ span: TraceSpan, _ incident: RequestLog.Incident, status: HTTPResponse.Status) {
        defer { span.end() }
        guard span.isRecording else { return }
        span.updateAttributes { attributes in
            attributes["http.request.method"] = incident.method
            attributes["http.response.status_code"] = status.code
            attributes["gatehouse.request_id"] = incident.requestID
            if !incident.route.isEmpty { attributes["http.route"] = incident.route }
            if let tenant = incident.tenant { attributes["gatehouse.tenant"] = tenant.slug }
            if status.code >= 500 { attributes["error.type"] = incident.failure ?? String(status.code) }
        }
        if status.code >= 500 { span.setStatus(SpanStatus(code: .error)) }
    }
}

/// Trace Context in the head of a request: `traceparent` there is one or none, `tracestate` may come in pieces.
private struct HeaderFields: Extractor {
    func extract(key: String, from headers: HTTPFields) -> String? {
        switch key {
        case "traceparent":
            return SingleField(.traceParent, in: headers).value
        case "tracestate": return headers.text(of: .traceState)
        default: return nil
        }
    }
}
