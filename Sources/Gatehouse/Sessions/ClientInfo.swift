/// Where a request comes from.
public struct ClientInfo: Sendable {
    /// The address as text, after trusted proxies.
    public let address: String
    /// At most 512 code points of what the client calls itself.
    public let userAgent: String?
    /// What the client would like to be written to in.
    public let language: MailLocale?

    public init(address: String, userAgent: String?, language: MailLocale? = nil) {
        self.address = address
        self.language = language
        self.userAgent = userAgent.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(512))) }
    }
}
