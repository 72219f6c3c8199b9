/// A request and its answer.
public struct HTTPExchange: Sendable {
    public typealias Field = (name: String, value: String)

    public let method: String
    /// The path, with a query if there was one.
    public let target: String
    public let requestHeaders: [Field]
    public let requestBody: [UInt8]
    public let status: Int
    public let headers: [Field]
    public let body: [UInt8]

    public init(
        method: String, target: String, requestHeaders: [Field], requestBody: [UInt8], status: Int, headers: [Field],
        body: [UInt8]
    ) {
        self.method = method
        self.target = target
        self.requestHeaders = requestHeaders
        self.requestBody = requestBody
        self.status = status
        self.headers = headers
        self.body = body
    }

    var path: String { String(target.prefix { $0 != "?" }) }

    func requestHeader(_ name: String) -> String? { Self.values(of: name, in: requestHeaders).first }

    func values(of name: String) -> [String] { Self.values(of: name, in: headers) }

    private static func values(of name: String, in fields: [Field]) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}
