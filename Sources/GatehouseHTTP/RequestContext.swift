public import Logging
import OpenTelemetry
import Tracing

extension InstrumentationContext {
    private enum RequestIDKey: InstrumentationContextKey {
        typealias Value = String
    }

    /// The request that is being answered.
    var requestID: String? {
        get { self[RequestIDKey.self] }
        set { self[RequestIDKey.self] = newValue }
    }
}

extension RequestLog.Incident {
    /// What everything that is done for this request finds as the current context.
    func context(_ span: TraceSpan) -> InstrumentationContext {
        var context = span.context
        context.requestID = requestID
        return context
    }
}

extension Logger.MetadataProvider {
    /// Has whatever is logged while a request is answered name that request, and its trace.
    public static let request = Logger.MetadataProvider {
        guard let context = InstrumentationContext.current, let requestID = context.requestID else { return [:] }
        var metadata: Logger.Metadata = ["request_id": "\(requestID)"]
        if let trace = context.trace { metadata["trace_id"] = "\(trace.traceID)" }
        return metadata
    }
}
