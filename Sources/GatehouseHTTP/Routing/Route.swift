import HTTPTypes

/// A method and a path template, and who answers there.
struct Route: Sendable {
    enum Endpoint: Sendable {
        /// The same for everybody; needs no tenant.
        case untenanted(@Sendable () async -> Answer)
        case tenanted(@Sendable (Call) async throws -> Answer)
    }

    let method: HTTPRequest.Method
    /// Names of variable segments in braces: `/t/{tenant}/v1/sessions/{id}`.
    let template: String
    /// Whether a 401 here asks for a bearer token.
    let expectsBearer: Bool
    let endpoint: Endpoint

    init(
        _ method: HTTPRequest.Method, _ template: String, expectsBearer: Bool = false,
        _ endpoint: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.template = template
        self.expectsBearer = expectsBearer
        self.endpoint = .tenanted(endpoint)
    }

    init(
        _ method: HTTPRequest.Method, _ template: String, untenanted endpoint: @escaping @Sendable () async -> Answer
    ) {
        self.method = method
        self.template = template
        expectsBearer = false
        self.endpoint = .untenanted(endpoint)
    }
}
