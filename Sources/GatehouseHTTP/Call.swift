import Gatehouse
import HTTPTypes

/// One request to a tenant's route: what an endpoint reads from and asks.
struct Call: Sendable {
    let request: Request
    let tenant: ServedTenant
    /// The `{id}` of the path.
    let id: String
    let service: LoginService
    let configuration: HTTPConfiguration
    let allowedOrigins: AllowedOrigins

    var headers: HTTPFields { request.headers }

    var cookies: SessionCookies { SessionCookies(tenant.tenant) }

    /// Who asks, for sessions and budgets.
    var client: ClientInfo {
        let address = ClientAddress.resolve(peer: request.peer, headers: headers, trusted: configuration.trustedProxies)
        return ClientInfo(
            address: address.description, userAgent: headers.text(of: .userAgent),
            language: headers.text(of: .acceptLanguage).flatMap(MailLocale.init(acceptLanguage:)))
    }
}
