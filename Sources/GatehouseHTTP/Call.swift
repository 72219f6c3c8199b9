import Gatehouse
import HTTPTypes

/// One request to a tenant's route: what an endpoint reads from and asks.
struct Call: Sendable {
    let request: Request
    /// As it was when the head was there: whose route this is, and whose cookies.
    let tenant: ServedTenant
    /// The `{id}` of the path.
    let id: String
    let service: LoginService
    let configuration: HTTPConfiguration
    let allowedOrigins: AllowedOrigins

    var headers: HTTPFields { request.headers }

    /// The tenant as it is once the body is there, which may take its time: a key that was revoked meanwhile verifies and signs nothing.
    ///
    /// Throws as `TenantDirectory.tenant(slug:)`.
    nonisolated(nonsending) func currentTenant() async throws -> ServedTenant {
        guard request.body.keptWaiting else { return tenant }
        return try await service.directory.tenant(slug: tenant.tenant.slug)
    }

    var cookies: SessionCookies { SessionCookies(tenant.tenant) }

    /// Who asks, for sessions and budgets.
    var client: ClientInfo {
        let address = ClientAddress.resolve(peer: request.peer, headers: headers, trusted: configuration.trustedProxies)
        return ClientInfo(
            address: address.description, userAgent: headers.text(of: .userAgent),
            language: headers.text(of: .acceptLanguage).flatMap(MailLocale.init(acceptLanguage:)))
    }
}
