import Gatehouse

/// What the `oauth2` routes have in common.
extension Call {
    /// The API client that asks, and the token it asks about.
    ///
    /// The client is looked for before the body is read, and its secret is judged by the operation. Throws `OAuthFault`.
    func clientAndToken() async throws -> (client: ClientCredential, token: String) {
        guard let client = ClientCredential(headers) else { throw OAuthFault.invalidClient }
        let form = try await request.formFields()
        if form["client_secret"] != nil {
            throw OAuthFault.invalidRequest("The client's secret belongs in the Authorization header alone.")
        }
        guard let token = form["token"] else { throw OAuthFault.invalidRequest("The parameter token is missing.") }
        return (client, token)
    }

    /// Answers what is wrong in OAuth's terms where there is one for it; everything else that is thrown passes.
    func answeringAsOAuth(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let fault as OAuthFault {
            return .oauthFault(fault, realm: tenant.tenant.slug)
        } catch RequestFault.malformedRequest(let detail) {
            return .oauthFault(.invalidRequest(detail), realm: tenant.tenant.slug)
        } catch let refusal as Refusal {
            guard let fault = OAuthFault(refusal) else { throw refusal }
            return .oauthFault(fault, realm: tenant.tenant.slug)
        }
    }
}
