import HTTPTypes

extension HTTPField.Name {
    // These are tokens, which is all that the initializer asks.
    static let forwarded = known("Forwarded")
    static let xForwardedFor = known("X-Forwarded-For")
    static let xRequestID = known("X-Request-Id")
    static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
    static let traceParent = known("traceparent")
    static let traceState = known("tracestate")
    static let secFetchSite = known("Sec-Fetch-Site")
    static let xForwardedMethod = known("X-Forwarded-Method")
    static let xOriginalMethod = known("X-Original-Method")

    static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return name
    }
}
