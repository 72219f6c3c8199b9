import Gatehouse

/// The base of issuers and links: scheme and host, no path; written the way browsers write an origin.
struct PublicURL: Sendable, Equatable {
    let text: String

    init(listen: ListenAddress) {
        text = "http://\(listen)"
    }

    init(parsing text: String) throws(FieldFault) {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let origin = WebOrigin(trimmed) else {
            throw .setting(
                "not a base URL; write scheme and host (and a port where it isn't the usual one) "
                    + "without a path, such as https://login.example.com")
        }
        guard origin.text.utf8.count <= Tenant.longestPublicURL else {
            throw .setting(
                "longer than \(Tenant.longestPublicURL) bytes; an access token with an issuer made of it could be "
                    + "too long for a cookie")
        }
        self.text = origin.text
    }
}
