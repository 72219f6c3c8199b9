import Gatehouse
import HTTPTypes
import NIOCore

/// One request to a tenant's route: what an endpoint reads from and asks.
struct Call: Sendable {
    let request: Request
    let tenant: ServedTenant
    /// The `{id}` of the path.
    let id: String
    let service: LoginService
    let configuration: HTTPConfiguration
    let allowedOrigins: AllowedOrigins
    let channel: any Channel

    var headers: HTTPFields { request.headers }

    var cookies: SessionCookies { SessionCookies(tenant.tenant) }

    /// Who asks, for sessions and budgets.
    var client: ClientInfo {
        let peer = channel.remoteAddress?.ipAddress.flatMap(IPAddress.init) ?? IPAddress(high: 0, low: 0)
        let address = ClientAddress.resolve(peer: peer, headers: headers, trusted: configuration.trustedProxies)
        return ClientInfo(
            address: address.description, userAgent: headers[.userAgent],
            language: headers[.acceptLanguage].flatMap(MailLocale.init(acceptLanguage:)))
    }
}
