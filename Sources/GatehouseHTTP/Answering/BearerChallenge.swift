import Gatehouse
import HTTPTypes

extension Problem {
    /// Adds `WWW-Authenticate` to a 401 of a route that expects a bearer token (RFC 6750, section 3).
    mutating func challenge(realm tenant: Tenant) {
        guard status == .unauthorized else { return }
        var challenge = "Bearer realm=\"\(tenant.slug)\""
        if code != "missing_token" {
            challenge += ", error=\"invalid_token\", error_description=\"\(detail)\""
        }
        headers[.wwwAuthenticate] = challenge
    }
}
