import Testing

@testable import Gatehouse

extension Installation {
    /// Asks for another address, which is mailed what confirms it.
    func askForAddress(
        _ email: String, password: String = Installation.password, of signedIn: SignedIn, in tenant: ServedTenant
    ) async throws {
        try await service.changeEmail(
            to: EmailAddress(email), current: Password(password), of: signedIn, from: Self.client, in: tenant)
    }

    func askForAddress(
        _ email: String, password: String = Installation.password, by session: IssuedSession, in tenant: ServedTenant
    ) async throws {
        try await askForAddress(
            email, password: password, of: try await signedIn(session, in: tenant), in: tenant)
    }

    func confirmAddress(_ proof: OneTimeProof, in tenant: ServedTenant) async throws {
        try await service.confirmEmail(proof, from: Self.client, in: tenant)
    }

    /// The notice to the address before is queued.
    func changeAddress(to email: String, of signedIn: SignedIn, in tenant: ServedTenant) async throws {
        try await askForAddress(email, of: signedIn, in: tenant)
        try await confirmAddress(try await letter().proofByToken, in: tenant)
    }

    func changeAddress(to email: String, by session: IssuedSession, in tenant: ServedTenant) async throws {
        try await changeAddress(to: email, of: try await signedIn(session, in: tenant), in: tenant)
    }

    /// The token is that of the notice to the address before.
    func undoAddressChange(_ token: String?, in tenant: ServedTenant) async throws {
        try await service.undoEmailChange(token: try #require(token), from: Self.client, in: tenant)
    }
}
