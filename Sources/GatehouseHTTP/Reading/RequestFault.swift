import HTTPTypes

/// What can be wrong with a request before any operation is asked.
enum RequestFault: Error, Equatable {
    case malformedJSON
    case malformedRequest(String)
    case unsupportedMediaType(expected: MediaType)
    case payloadTooLarge
    case crossSiteRequest
    case tooManyConnections
    case notFound
    case methodNotAllowed(allowed: [HTTPRequest.Method])
}

extension RequestFault {
    /// Stands where a field is nil although `RequestFields.finish` didn't throw, which can't be.
    static let notTaken = RequestFault.malformedRequest("A field is missing.")
}
