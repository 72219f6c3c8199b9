import HTTPTypes

/// The Fetch standard's CORS protocol, for the origins a tenant lists and no others.
struct CORS {
    private static let varies = HTTPField(name: .vary, value: "Origin")

    private let origin: String?

    /// `origin` is nil where the request names none, or one that isn't listed.
    init(_ headers: HTTPFields, _ allowed: AllowedOrigins) {
        origin = SingleField(.origin, in: headers).value.flatMap { allowed.lists($0) ? $0 : nil }
    }

    /// Lets scripts of an allowed origin read the answer, whatever it is.
    func grant(_ answer: inout Answer) {
        answer.headers.append(Self.varies)
        guard let origin else { return }
        answer.headers[.accessControlAllowOrigin] = origin
        answer.headers[.accessControlAllowCredentials] = "true"
        answer.headers[.accessControlExposeHeaders] = "Retry-After, WWW-Authenticate, X-Request-Id, traceparent"
    }

    /// The answer to `OPTIONS`: what this path allows, and to a preflight from an allowed origin also what may be sent.
    func preflight(_ headers: HTTPFields, allowed methods: [HTTPRequest.Method]) -> Answer {
        var answer = Answer.options(allowed: methods)
        guard headers.contains(.accessControlRequestMethod), origin != nil else { return answer }
        answer.headers[.accessControlAllowMethods] = answer.headers[.allow]
        answer.headers[.accessControlAllowHeaders] =
            "authorization, content-type, x-request-id, traceparent, tracestate"
        answer.headers[.accessControlMaxAge] = "600"
        return answer
    }
}
