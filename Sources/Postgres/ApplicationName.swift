/// What a connection is called in `pg_stat_activity`.
public struct ApplicationName: Hashable, Sendable, ExpressibleByStringLiteral {
    public let text: String
    let isFixed: Bool

    /// A name that the connection string or `PGAPPNAME` may replace.
    public init(_ text: String) {
        self.init(text: text, isFixed: false)
    }

    public init(stringLiteral text: String) {
        self.init(text)
    }

    /// A name that stands whatever the connection string says, for others to rely on.
    public static func fixed(_ text: String) -> ApplicationName {
        ApplicationName(text: text, isFixed: true)
    }

    private init(text: String, isFixed: Bool) {
        self.text = text
        self.isFixed = isFixed
    }
}
