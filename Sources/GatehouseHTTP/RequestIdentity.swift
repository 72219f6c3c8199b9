public import Logging

/// The request that is being answered, as whatever is logged meanwhile names it.
struct RequestIdentity: Sendable {
    @TaskLocal static var current: RequestIdentity?

    let requestID: String
    let traceID: String
}

extension Logger.MetadataProvider {
    /// Has whatever is logged while a request is answered name that request, and its trace.
    public static let request = Logger.MetadataProvider {
        guard let request = RequestIdentity.current else { return [:] }
        return ["request_id": .string(request.requestID), "trace_id": .string(request.traceID)]
    }
}
