/// A libpq URL whose user and database can be replaced.
struct ServerURL: Sendable {
    let text: String
    private let credentials: Substring
    private let hosts: Substring
    private let parameters: Substring

    init(_ text: String) throws(TestServerError) {
        guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else { throw .unreadableURL }
        let rest = text.dropFirst(scheme.count)
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        let address = rest[..<question]
        let slash = address.firstIndex(of: "/") ?? address.endIndex
        let authority = address[..<slash]
        let at = authority.lastIndex(of: "@")
        self.text = text
        credentials = at.map { authority[..<$0] } ?? ""
        hosts = at.map { authority[authority.index(after: $0)...] } ?? authority
        parameters = rest[question...]
    }

    /// A user other than the given one has its own name as password.
    func with(user: String?, database: String) -> String {
        let login = user.map { "\($0):\($0)" } ?? String(credentials)
        return "postgresql://\(login)\(login.isEmpty ? "" : "@")\(hosts)/\(database)\(parameters)"
    }
}
