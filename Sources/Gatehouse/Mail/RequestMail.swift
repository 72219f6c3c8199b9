import FoundationEssentials
import Postgres

/// Has a mail sent to an address that somebody names, who may be anybody.
///
/// One statement, which doesn't ask whose address it is: so that neither the answer nor the time it takes tells. An address gets a
/// few mails of a kind in a while, and whoever asks for more isn't told either.
public struct RequestMail: Sendable {
    let database: Database
    let identifiers: IdentifierSource
    let guesses: GuessGuard
    let budget: GuessBudget?

    /// A token with which the user of that address can choose a new password.
    public func passwordReset(to address: EmailAddress, from client: ClientInfo, in served: ServedTenant) async throws {
        try await request(.passwordReset, to: address.text, of: nil, from: client, in: served.tenant)
    }

    /// A token that verifies the address of its user.
    public func verification(of address: EmailAddress, from client: ClientInfo, in served: ServedTenant) async throws {
        try await request(.verifyEmail, to: address.text, of: nil, from: client, in: served.tenant)
    }

    /// The same for the address of whoever is signed in. Throws `sessionEnded` where they have been deleted meanwhile.
    public func verification(of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant) async throws {
        let user = signedIn.user
        try await request(.verifyEmail, to: user.email, of: user.id, from: client, in: served.tenant)
    }

    /// A token that signs its user in, where the tenant's users may sign in by mail.
    public func logIn(to address: EmailAddress, from client: ClientInfo, in served: ServedTenant) async throws {
        guard served.tenant.settings.emailLogin != .off else { return }
        try await request(.logIn, to: address.text, of: nil, from: client, in: served.tenant)
    }

    /// A token with which the user takes that address for their own.
    func confirmation(
        of address: EmailAddress, by signedIn: SignedIn, passwordVersion: Int32, from client: ClientInfo,
        in served: ServedTenant
    ) async throws {
        let tenant = served.tenant
        let user = signedIn.user.id
        let request = try counted(
            .confirmEmail, to: address.text, of: user, from: client, in: tenant,
            detail: ["new_email": .string(address.text)])
        try await database.transaction(in: tenant.id, refusing: .sessionEnded) { transaction in
            try await transaction.lock(signedIn.sessionID, of: user, withPasswordOf: passwordVersion, in: tenant.id)
            _ = try await transaction.first(MailRequestStatements.enqueue, request)
        }
    }

    /// Throws `tooManyAttempts` where the client's source has used its budget up, `tenantNotFound`, and `sessionEnded` where the user is
    /// gone.
    private func request(
        _ kind: MailKind, to recipient: String, of user: UUID?, from client: ClientInfo, in tenant: Tenant
    ) async throws {
        let request = try counted(kind, to: recipient, of: user, from: client, in: tenant)
        guard let found = try await database.first(MailRequestStatements.enqueue, request, in: tenant.id),
            found.isEnabled
        else { throw Refusal.tenantNotFound }
        guard found.hasUser else { throw Refusal.sessionEnded }
    }

    private func counted(
        _ kind: MailKind, to recipient: String, of user: UUID?, from client: ClientInfo, in tenant: Tenant,
        detail: JSONObject = [:]
    ) throws(Refusal) -> MailRequestStatements.Request {
        try guesses.countMailRequest(from: client)
        let mail = NewMail(
            id: identifiers.next(), tenant: tenant.id, user: user, kind: kind, recipient: recipient,
            locale: client.language, detail: detail)
        return MailRequestStatements.Request(
            mail: mail, subject: CountedSubject(mailsOf: kind, to: recipient, in: tenant.id), budget: budget)
    }
}
