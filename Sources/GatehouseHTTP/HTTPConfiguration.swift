public import OpenTelemetry

/// What a listener is told by the program.
public struct HTTPConfiguration: Sendable {
    /// Where browsers and apps reach the service, without a trailing slash: `https://login.example`.
    public var publicURL: String
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 lets the system choose, and `onRunning` tells which.
    public var port: Int
    /// Peers whose `Forwarded` and `X-Forwarded-For` are believed.
    public var trustedProxies: [CIDR]
    /// How long clients may keep a JWKS or discovery document.
    public var jwksMaxAge: Duration
    /// Connections beyond this number wait in the system's queue; the last eighth, 256 at most, is told that the service is
    /// overloaded.
    public var maximumConnections: Int
    /// How long clients may take.
    public var deadlines: ConnectionDeadlines
    /// Makes a span of each request.
    public var tracer = OpenTelemetryTracer.identifiersOnly

    public init(
        publicURL: String, host: String = "127.0.0.1", port: Int = 8080, trustedProxies: [CIDR] = [],
        jwksMaxAge: Duration = .seconds(300), maximumConnections: Int = 8192,
        deadlines: ConnectionDeadlines = .standard
    ) {
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.host = host
        self.port = port
        self.trustedProxies = trustedProxies
        self.jwksMaxAge = jwksMaxAge
        self.maximumConnections = maximumConnections
        self.deadlines = deadlines
    }

    /// For the operations listener: plain HTTP, and few connections, as few ask there.
    public static func operations(host: String = "127.0.0.1", port: Int = 9090) -> HTTPConfiguration {
        HTTPConfiguration(publicURL: "", host: host, port: port, maximumConnections: 64)
    }
}
