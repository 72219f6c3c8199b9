import HTTPTypes

/// The request that a proxy asks about before it passes it on, as far as the header fields tell.
enum ProxiedRequest {
    private static let safeMethods = ["GET", "HEAD", "OPTIONS"]

    /// Whether it may change something, and so must not come from another site where it relies on a cookie.
    ///
    /// It doesn't where the proxy says that its method is a safe one (RFC 9110, section 9.2.1), and nobody says otherwise: one of
    /// the two fields may have come from the client. A WebSocket is opened by GET, and what is sent over it may change things.
    static func mayChangeSomething(_ headers: HTTPFields) -> Bool {
        let methods = headers[values: .xForwardedMethod] + headers[values: .xOriginalMethod]
        return methods.isEmpty || !methods.allSatisfy(safeMethods.contains) || headers.contains(.secWebSocketKey)
    }
}
