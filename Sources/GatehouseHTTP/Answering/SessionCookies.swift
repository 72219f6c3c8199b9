import Gatehouse

/// The two cookies of a tenant: their names, and the lines that set and clear them.
///
/// The prefixes make browsers hold them to `Secure`, and the access cookie to this host and the path `/` as well
/// (RFC 6265bis, section 4.1.3), so that a neighbouring host can't plant them.
struct SessionCookies {
    let accessName: String
    let refreshName: String
    private let path: String

    init(_ tenant: Tenant) {
        accessName = "__Host-\(tenant.slug)-access"
        refreshName = "__Secure-\(tenant.slug)-refresh"
        path = "/t/\(tenant.slug)/v1"
    }

    func access(_ token: String, maxAge: Int) -> String {
        Self.line(accessName, token, path: "/", maxAge: maxAge)
    }

    func refresh(_ token: String, maxAge: Int) -> String {
        Self.line(refreshName, token, path: path, maxAge: maxAge)
    }

    /// Lines that make the browser forget both.
    var cleared: [String] { [access("", maxAge: 0), refresh("", maxAge: 0)] }

    private static func line(_ name: String, _ value: String, path: String, maxAge: Int) -> String {
        "\(name)=\(value); Path=\(path); Max-Age=\(maxAge); HttpOnly; Secure; SameSite=Strict"
    }
}
