import Gatehouse
import HTTPTypes

/// The origins whose scripts may call a tenant's routes, with cookies or without: the service's own, and those an operator has allowed.
struct AllowedOrigins {
    private let own: WebOrigin?
    private let listed: [String]

    init(own: WebOrigin?, listed: [String]) {
        self.own = own
        self.listed = listed
    }

    /// Whether an `Origin` header is in the tenant's list.
    func lists(_ origin: String) -> Bool {
        guard !listed.isEmpty, let origin = WebOrigin(origin) else { return false }
        return listed.contains { $0 == origin.text || WebOrigin($0) == origin }
    }

    func isOwn(_ origin: String) -> Bool {
        guard let own else { return false }
        return WebOrigin(origin) == own
    }
}
